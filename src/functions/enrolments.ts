import { app } from '@azure/functions';
import { toAct } from '../lib/api/door';
import { enrolmentRequest, postEnrolment } from '../lib/api/enrolments';
import { parseBody } from '../lib/api/requests';

app.http('enrolments', {
  route: 'enrolments',
  methods: ['POST'],
  authLevel: 'function',
  handler: (request) =>
    toAct(request, async (bridge) => {
      const asked = parseBody(enrolmentRequest, await request.text());
      const key = request.headers.get('idempotency-key') ?? undefined;
      return asked.ok ? postEnrolment(bridge, asked.value, key) : asked.answer;
    }),
});
