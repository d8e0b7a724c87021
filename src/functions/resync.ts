import { app } from '@azure/functions';
import { atTheDoor } from '../lib/api/door';
import { parseBody, resyncRequest } from '../lib/api/requests';
import { postResync } from '../lib/api/runs';

app.http('resync', {
  route: 'resync',
  methods: ['POST'],
  authLevel: 'function',
  handler: (request) =>
    atTheDoor(async (bridge) => {
      const asked = parseBody(resyncRequest, await request.text());
      return asked.ok
        ? postResync(bridge, asked.value, request.url.replace(/\/resync(\?.*)?$/, ''))
        : asked.answer;
    }),
});
