import type { DefaultAzureCredential, TokenCredential } from '@azure/identity';
import { AuthError } from '../errors';
import { identitySdk } from './azure-sdk';

const patienceMs = 10_000;

/**
 * The identity this app runs as: managed in Azure, the developer's own elsewhere. Bounded: with no credential at
 * hand the SDK probes for up to a minute, and heeds no abort signal.
 * @param clientId of a user-assigned identity.
 */
export function credential(clientId?: string): TokenCredential {
  let inner: DefaultAzureCredential | undefined;
  return {
    async getToken(scopes, options) {
      inner ??= new (identitySdk().DefaultAzureCredential)({
        ...(clientId ? { managedIdentityClientId: clientId } : {}),
        retryOptions: { maxRetries: 0 },
      });
      const token = inner.getToken(scopes, options);
      // The race below may leave it behind; its failure is then nobody's concern.
      token.catch(() => undefined);
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(
          () =>
            reject(
              new AuthError(
                'No Azure credential answered in 10 s; sign in (az login), or run with a managed identity',
              ),
            ),
          patienceMs,
        );
      });
      try {
        return await Promise.race([token, late]);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
