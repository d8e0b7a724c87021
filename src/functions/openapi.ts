import { app } from '@azure/functions';
import { apiAddress } from '../lib/api/api-address';
import { getOpenApi } from '../lib/api/openapi';
import { appOperations } from '../lib/api/operations/app';
import { registration } from '../lib/api/operations/operation';

app.http('openapi', {
  ...registration(appOperations.getOpenApi),
  handler: (request) => getOpenApi(apiAddress(request.url, appOperations.getOpenApi.path)),
});
