import { app } from '@azure/functions';
import { apiAddress } from '../lib/api/api-address';
import { appOperations } from '../lib/api/operations/app';
import { registration } from '../lib/api/operations/operation';
import { getSwagger } from '../lib/api/swagger';

app.http('swagger', {
  ...registration(appOperations.getSwagger),
  handler: (request) => getSwagger(apiAddress(request.url, appOperations.getSwagger.path)),
});
