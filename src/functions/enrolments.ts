import { app } from '@azure/functions';
import { atTheDoor } from '../lib/api/door';
import { enrolmentRequest, postEnrolment } from '../lib/api/enrolments';
import { parseBody } from '../lib/api/requests';

app.http('enrolments', {
  route: 'enrolments',
  methods: ['POST'],
  authLevel: 'function',
  handler: (request) =>
    atTheDoor(async (bridge) => {
      const asked = parseBody(enrolmentRequest, await request.text());
      const key = request.headers.get('idempotency-key') ?? undefined;
      return asked.ok ? postEnrolment(bridge, asked.value, key) : asked.answer;
    }),
});
