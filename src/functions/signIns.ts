import { app } from '@azure/functions';
import { toAct } from '../lib/api/door';
import { parseBody } from '../lib/api/requests';
import { postSignIn, signInRequest } from '../lib/api/sign-ins';

app.http('signIns', {
  route: 'sign-ins',
  methods: ['POST'],
  authLevel: 'function',
  handler: (request) =>
    toAct(request, async (bridge) => {
      const asked = parseBody(signInRequest, await request.text());
      return asked.ok ? postSignIn(bridge, asked.value) : asked.answer;
    }),
});
