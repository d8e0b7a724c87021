import { app } from '@azure/functions';
import { apiAddress } from '../lib/api/api-address';
import { toAct } from '../lib/api/door';
import { parseBody } from '../lib/api/body';
import { resyncRequest } from '../lib/api/requests';
import { postResync } from '../lib/api/runs';

app.http('resync', {
  route: 'resync',
  methods: ['POST'],
  authLevel: 'function',
  handler: (request) =>
    toAct(request, async (bridge) => {
      const asked = await parseBody(resyncRequest, request.body);
      return asked.ok ? postResync(bridge, asked.value, apiAddress(request.url, 'resync')) : asked.answer;
    }),
});
