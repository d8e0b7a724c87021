import { app } from '@azure/functions';
import { getRunPage } from '../lib/api/status/run/answer';

app.http('statusRun', {
  route: 'status/runs/{runId}',
  methods: ['GET'],
  authLevel: 'function',
  handler: (request) => getRunPage(request, request.params.runId ?? ''),
});
