import { app } from '@azure/functions';
import { getHealth } from '../lib/api/health';

app.http('health', {
  route: 'health',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: () => getHealth(),
});
