import { app } from '@azure/functions';
import { apiAddress } from '../lib/api/api-address';
import { toAct } from '../lib/api/door';
import { replayQuarantine } from '../lib/api/quarantine';
import { parseBody } from '../lib/api/body';
import { replayRequest } from '../lib/api/requests';

app.http('quarantineReplay', {
  route: 'quarantine/replay',
  methods: ['POST'],
  authLevel: 'function',
  handler: (request) =>
    toAct(request, async (bridge) => {
      const asked = await parseBody(replayRequest, request.body);
      return asked.ok
        ? replayQuarantine(bridge, asked.value, apiAddress(request.url, 'quarantine/replay'))
        : asked.answer;
    }),
});
