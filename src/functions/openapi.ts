import { app } from '@azure/functions';
import { apiAddress } from '../lib/api/api-address';
import { getOpenApi } from '../lib/api/openapi';

app.http('openapi', {
  route: 'openapi.json',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: (request) => getOpenApi(apiAddress(request.url, 'openapi.json')),
});
