import type { ServerOptions } from '../server';
import type { CertificateKind } from './authority';

/** How this piece of Azure is set up. */
export interface AzureOptions extends ServerOptions {
  /** What the server shows; anything but `good` must be refused by its callers. */
  certificate: CertificateKind;
  tenantId: string;
  clientId: string;
  clientSecret: string;
  /** What IDENTITY_HEADER must be. */
  identityHeader: string;
  /** When set, the only managed identity there is: `client_id` must name it. */
  identityClientId?: string;
  /** Resource of the vault's tokens. */
  vaultResource: string;
  /** By name. */
  secrets: Readonly<Record<string, string>>;
  /** The identity has no right to read secrets: 403. */
  vaultForbidden: boolean;
  tokenSeconds: number;
}

export const azureDefaults: AzureOptions = {
  certificate: 'good',
  tenantId: '11111111-2222-3333-4444-555555555555',
  clientId: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
  clientSecret: 'sandbox-entra-secret',
  identityHeader: 'sandbox-identity-header',
  vaultResource: 'https://vault.azure.net',
  secrets: {},
  vaultForbidden: false,
  // A day, as managed identities get: shorter ones are renewed early by @azure/identity.
  tokenSeconds: 86_400,
};
