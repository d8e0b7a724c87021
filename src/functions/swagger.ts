import { app } from '@azure/functions';
import { apiAddress } from '../lib/api/api-address';
import { getSwagger } from '../lib/api/swagger';

app.http('swagger', {
  route: 'swagger.json',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: (request) => getSwagger(apiAddress(request.url, 'swagger.json')),
});
