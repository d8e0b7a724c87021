import { app } from '@azure/functions';
import { apiAddress } from '../lib/api/api-address';
import { atTheDoor } from '../lib/api/door';
import { getRun } from '../lib/api/runs';

app.http('run', {
  route: 'runs/{runId}',
  methods: ['GET'],
  authLevel: 'function',
  handler: (request) =>
    atTheDoor((bridge) =>
      getRun(bridge, request.params.runId ?? '', apiAddress(request.url, 'runs/{runId}')),
    ),
});
