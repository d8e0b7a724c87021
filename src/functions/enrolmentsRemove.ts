import { app } from '@azure/functions';
import { apiAddress } from '../lib/api/api-address';
import { toAct } from '../lib/api/door';
import { postEnrolments } from '../lib/api/enrolments';

app.http('enrolmentsRemove', {
  route: 'enrolments/remove',
  methods: ['POST'],
  authLevel: 'function',
  handler: (request) =>
    toAct(request, (bridge) =>
      postEnrolments(bridge, {
        action: 'remove',
        header: (name) => request.headers.get(name),
        body: request.body,
        base: apiAddress(request.url, 'enrolments/remove'),
      }),
    ),
});
