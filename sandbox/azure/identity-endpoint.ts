import type { Answer, PocketServer } from '../server';
import type { AzureState } from './state';

/** App Service's managed identity: `GET /msi/token?api-version=2019-08-01&resource=…`. */
export function addIdentityEndpoint(server: PocketServer, state: AzureState): void {
  server.on('GET', '/msi/token', (request) => {
    const { options } = state;
    if (request.headers['x-identity-header'] !== options.identityHeader) {
      return refusal(401, 'The X-IDENTITY-HEADER is missing or wrong.');
    }
    if (request.query.get('api-version') !== '2019-08-01') return refusal(400, 'Unsupported api-version.');
    const resource = request.query.get('resource');
    if (!resource) return refusal(400, 'The resource is missing.');
    const client = request.query.get('client_id');
    const { identityClientId } = options;
    if (identityClientId !== undefined && client !== identityClientId) {
      return refusal(400, 'No User Assigned or Delegated Managed Identity found for specified ClientId.');
    }
    return {
      status: 200,
      body: {
        access_token: state.issue(resource),
        expires_on: String(Math.floor(server.now() / 1000) + options.tokenSeconds),
        resource,
        token_type: 'Bearer',
        ...(client === null ? {} : { client_id: client }),
      },
    };
  });
}

const refusal = (statusCode: number, message: string): Answer => ({
  status: statusCode,
  body: { statusCode, message },
});
