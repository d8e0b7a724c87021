import { app } from '@azure/functions';
import { toAct } from '../lib/api/door';
import { parseBody } from '../lib/api/body';
import { postSignIn, signInRequest } from '../lib/api/sign-ins';

app.http('signIns', {
  route: 'sign-ins',
  methods: ['POST'],
  authLevel: 'function',
  handler: (request) =>
    toAct(request, async (bridge) => {
      const asked = await parseBody(signInRequest, request.body);
      return asked.ok ? postSignIn(bridge, asked.value) : asked.answer;
    }),
});
