import { app } from '@azure/functions';
import { atTheDoor } from '../lib/api/door';
import { postCancel } from '../lib/api/runs';

app.http('runCancel', {
  route: 'runs/{runId}/cancel',
  methods: ['POST'],
  authLevel: 'function',
  handler: (request) => atTheDoor((bridge) => postCancel(bridge, request.params.runId ?? '')),
});
