import { app } from '@azure/functions';
import { apiAddress } from '../lib/api/api-address';
import { toAct } from '../lib/api/door';
import { postEnrolments } from '../lib/api/enrolments';

app.http('enrolments', {
  route: 'enrolments',
  methods: ['POST'],
  authLevel: 'function',
  handler: (request) =>
    toAct(request, (bridge) =>
      postEnrolments(bridge, {
        action: 'enrol',
        header: (name) => request.headers.get(name),
        body: request.body,
        base: apiAddress(request.url, 'enrolments'),
      }),
    ),
});
