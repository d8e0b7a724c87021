import { app } from '@azure/functions';
import { getStatus } from '../lib/api/status/answer';

app.http('status', {
  route: 'status',
  methods: ['GET'],
  authLevel: 'function',
  handler: (request) => getStatus(request),
});
