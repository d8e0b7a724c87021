import type { Answer, PocketRequest, PocketServer } from '../server';
import type { AzureState } from './state';

/** Key Vault's secrets: a challenge first, then the value. */
export function addVault(server: PocketServer, state: AzureState): void {
  const read = (request: PocketRequest): Answer => {
    const { options } = state;
    if (!state.desk(options.vaultResource).accepts(request.headers.authorization)) {
      const authority = `${request.origin}/${options.tenantId}`;
      return {
        ...refusal(401, 'Unauthorized', 'AKV10000: Request is missing a Bearer or PoP token.'),
        headers: {
          'WWW-Authenticate': `Bearer authorization="${authority}", resource="${options.vaultResource}"`,
        },
      };
    }
    if (!request.query.has('api-version')) {
      return refusal(400, 'BadParameter', 'api-version must be specified');
    }
    if (options.vaultForbidden)
      return refusal(403, 'Forbidden', 'Caller is not authorized to perform action.');
    const { name = '', version } = request.params;
    const secret = state.secret(name);
    if (!secret || (version !== undefined && version !== secret.version)) {
      const message = `A secret with (name/id) ${name} was not found in this key vault.`;
      return refusal(404, 'SecretNotFound', message);
    }
    state.reads[name] = (state.reads[name] ?? 0) + 1;
    const { value, updated } = secret;
    return {
      status: 200,
      body: {
        value,
        id: `${request.origin}/secrets/${name}/${secret.version}`,
        attributes: { enabled: true, created: updated, updated, recoveryLevel: 'Recoverable+Purgeable' },
      },
    };
  };
  for (const path of ['/secrets/:name', '/secrets/:name/', '/secrets/:name/:version']) {
    server.on('GET', path, read);
  }
}

const refusal = (status: number, code: string, message: string): Answer => ({
  status,
  body: { error: { code, message } },
});
