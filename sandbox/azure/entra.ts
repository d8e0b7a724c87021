import type { Answer, PocketServer } from '../server';
import { isForm } from '../tokens';
import type { AzureState } from './state';

/** Entra ID: the tenant's configuration, and tokens for client credentials (v2). */
export function addEntra(server: PocketServer, state: AzureState): void {
  server.on('GET', '/:tenant/v2.0/.well-known/openid-configuration', (request) => {
    const tenant = `${request.origin}/${request.params.tenant}`;
    if (request.params.tenant !== state.options.tenantId) return noTenant;
    return {
      status: 200,
      body: {
        issuer: `${tenant}/v2.0`,
        token_endpoint: `${tenant}/oauth2/v2.0/token`,
        authorization_endpoint: `${tenant}/oauth2/v2.0/authorize`,
        jwks_uri: `${tenant}/discovery/v2.0/keys`,
      },
    };
  });
  server.on('POST', '/:tenant/oauth2/v2.0/token', (request) => {
    if (request.params.tenant !== state.options.tenantId) return noTenant;
    const form = new URLSearchParams(isForm(request) ? request.body.toString('utf8') : '');
    if (form.get('grant_type') !== 'client_credentials') {
      return refusal(400, 'unsupported_grant_type', 'AADSTS70003: The grant type is not supported.');
    }
    // MSAL adds scopes of its own to the one that was asked for.
    const asked = (form.get('scope') ?? '').split(' ').find((scope) => scope.endsWith('/.default'));
    if (!asked)
      return refusal(400, 'invalid_scope', 'AADSTS70011: The provided value for scope is not valid.');
    const resource = asked.slice(0, -'/.default'.length);
    if (!state.desk(resource).knows(request, form)) {
      return refusal(401, 'invalid_client', 'AADSTS7000215: Invalid client secret provided.');
    }
    const seconds = state.options.tokenSeconds;
    return {
      status: 200,
      body: {
        token_type: 'Bearer',
        expires_in: seconds,
        ext_expires_in: seconds,
        access_token: state.issue(resource),
      },
    };
  });
}

const refusal = (status: number, error: string, error_description: string): Answer => ({
  status,
  body: { error, error_description },
});

const noTenant = refusal(400, 'invalid_tenant', 'AADSTS90002: Tenant not found.');
