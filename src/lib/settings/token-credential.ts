import type { TokenCredential } from '@azure/identity';
import { AuthError, RetryableError } from '../errors';
import type { Authorizer } from '../http/http';
import { identitySdk } from './azure-sdk';
import { credential } from './identity';
import type { TokenAuth } from './token-auth';

/** The Entras that are public, whose metadata the SDK may look up; one of one's own knows nothing of them. */
const publicHosts =
  /^https:\/\/login\.(microsoftonline\.(com|us)|(partner\.microsoftonline|chinacloudapi)\.cn)\/?$/;

const patienceMs = 20_000;

/** How messages name the system and its settings. */
export interface SignedInTo {
  readonly name: string;
  /** What its settings' names start with, e.g. `LD__`. */
  readonly prefix: string;
}

type AzureAuth = Exclude<TokenAuth, { type: 'oauth2' }>;

/** Signs in at Entra. The SDK keeps the token until shortly before it ends. */
export function azureAuthorizer(auth: AzureAuth, system: SignedInTo): Authorizer {
  let made: Promise<TokenCredential> | undefined;
  const make = async (): Promise<TokenCredential> => {
    if (auth.type === 'managed-identity') return credential(auth.clientId);
    const secret = await auth.clientSecret.read();
    const { authorityHost } = auth;
    const { ClientSecretCredential } = identitySdk();
    return new ClientSecretCredential(auth.tenantId, auth.clientId, secret, {
      ...(authorityHost && { authorityHost, disableInstanceDiscovery: !publicHosts.test(authorityHost) }),
      retryOptions: { maxRetries: 2, retryDelayInMs: 300, maxRetryDelayInMs: 2_000 },
    });
  };
  // A secret that was refused may have been rotated: the next attempt reads it anew.
  const forget = (): void => {
    made = undefined;
    if (auth.type === 'entra') auth.clientSecret.forget();
  };
  return {
    async headers(signal) {
      made ??= make();
      try {
        const abortSignal = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
        const token = await (await made).getToken(auth.scope, { abortSignal });
        if (!token) throw new Error('no token');
        return { authorization: `Bearer ${token.token}` };
      } catch (error) {
        forget();
        throw signal.aborted ? signal.reason : explain(error, auth, system);
      }
    },
    renew: forget,
  };
}

function explain(error: unknown, auth: AzureAuth, { name: system, prefix }: SignedInTo): Error {
  if (error instanceof AuthError || error instanceof RetryableError) return error;
  const { name, statusCode } = error as { name?: string; statusCode?: number };
  if (auth.type === 'managed-identity')
    return new AuthError(
      `${system}: no managed identity gives a token; assign one to the app, or correct ${prefix}clientId and ${prefix}scope`,
      statusCode,
      { cause: error },
    );
  const answered = statusCode ?? (error as { errorResponse?: unknown }).errorResponse;
  if (answered !== undefined || name === 'AuthenticationError' || /AADSTS/.test(String(error)))
    return new AuthError(
      `${system}: Entra refuses the client; check ${prefix}tenantId, ${prefix}clientId, ${prefix}clientSecret and ${prefix}scope`,
      statusCode,
      { cause: error },
    );
  return new RetryableError(`${system}: Entra cannot be reached for a token; check the network`, statusCode, {
    cause: error,
  });
}
