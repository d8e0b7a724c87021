import { app } from '@azure/functions';
import { apiAddress } from '../lib/api/api-address';
import { toAct } from '../lib/api/door';
import { postCancel } from '../lib/api/runs';

app.http('runCancel', {
  route: 'runs/{runId}/cancel',
  methods: ['POST'],
  authLevel: 'function',
  handler: (request) =>
    toAct(request, (bridge) =>
      postCancel(bridge, request.params.runId ?? '', apiAddress(request.url, 'runs/{runId}/cancel')),
    ),
});
