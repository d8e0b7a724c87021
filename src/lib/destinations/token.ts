import type { ClientDeps } from '../http/client';
import type { Authorizer } from '../http/http';
import { oauth2Authorizer } from '../http/oauth2';
import type { TokenAuth } from '../settings/token-auth';
import { azureAuthorizer, type SignedInTo } from '../settings/token-credential';

/** The token that a destination wants, had as its settings say. */
export function tokenAuthorizer(auth: TokenAuth, system: SignedInTo, deps: ClientDeps): Authorizer {
  if (auth.type !== 'oauth2') return azureAuthorizer(auth, system);
  const { name, prefix } = system;
  const { tokenUrl, clientId, clientSecret, scope } = auth;
  return oauth2Authorizer({
    ...deps,
    system: {
      name: `token service of ${name}`,
      baseUrlSetting: `${prefix}tokenUrl`,
      credentialSettings: `${prefix}clientId, ${prefix}clientSecret and ${prefix}scope`,
    },
    tokenUrl,
    fields: async () => ({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: await clientSecret.read(),
      ...scopeFields(tokenUrl, scope),
    }),
    secrets: [clientSecret],
  });
}

/** The settings that say how a token is had, for messages. */
export const tokenSettings = (auth: TokenAuth, prefix: string): string[] =>
  (auth.type === 'managed-identity' ? ['scope'] : ['clientId', 'clientSecret', 'scope']).map(
    (name) => prefix + name,
  );

/**
 * Entra's first version (`…/oauth2/token`) knows a resource and ignores a scope; its second version and others
 * know a scope, and Entra's refuses a resource.
 */
function scopeFields(tokenUrl: string, scope: string | undefined): Record<string, string> {
  if (!scope) return {};
  const firstVersion = new URL(tokenUrl).pathname.endsWith('/oauth2/token');
  return firstVersion ? { scope, resource: scope.replace(/\/\.default$/, '') } : { scope };
}
