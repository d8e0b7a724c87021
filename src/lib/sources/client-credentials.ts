import type { ClientDeps } from '../http/client';
import type { Authorizer } from '../http/http';
import { oauth2Authorizer, type OAuth2Options } from '../http/oauth2';
import type { System } from '../http/target';
import type { Secret } from '../settings/secret';

interface ClientSettings {
  readonly clientId: string | undefined;
  readonly clientSecret: Secret | undefined;
}

type Ways = Pick<OAuth2Options, 'tokenUrl' | 'encoding' | 'scheme'> & {
  /** Beside the client, where the vendor wants more or other words than RFC 6749. */
  readonly fields?: Readonly<Record<string, string>>;
};

/** Tokens for the source's OAuth2 client, whose secret is read anew for each. @param ways how the vendor gives them. */
export function clientCredentials(
  { clientId = '', clientSecret }: ClientSettings,
  deps: ClientDeps,
  system: System,
  { fields, ...ways }: Ways,
): Authorizer {
  return oauth2Authorizer({
    ...deps,
    ...ways,
    system,
    // In the body, not as Basic: older Open edX chooses the provider by the client_id it finds there.
    fields: async () => ({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: (await clientSecret?.read()) ?? '',
      ...fields,
    }),
    secrets: clientSecret ? [clientSecret] : [],
  });
}
