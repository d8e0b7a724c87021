import { app } from '@azure/functions';
import { getOpenApi } from '../lib/api/openapi';

app.http('openapi', {
  route: 'openapi.json',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: (request) => getOpenApi(request.url.replace(/\/openapi\.json(\?.*)?$/, '')),
});
