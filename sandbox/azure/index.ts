import { addControl, control } from '../control';
import { PocketServer } from '../server';
import { newAuthority, type Authority } from './authority';
import { addEntra } from './entra';
import { addIdentityEndpoint } from './identity-endpoint';
import { azureDefaults, type AzureOptions } from './options';
import { AzureState } from './state';
import { addVault } from './vault';

/** Managed identity, Key Vault and Entra ID at one address, over TLS. */
export interface Azure {
  /** `https://localhost:port`: the vault and the authority host. */
  readonly url: string;
  /** What IDENTITY_ENDPOINT must be. */
  readonly identityEndpoint: string;
  /** PEM of the authority that callers must trust. */
  readonly ca: string;
  readonly state: AzureState;
  readonly server: PocketServer;
  stop(): Promise<void>;
}

/**
 * @param authority to share one among several servers.
 * @throws Error in one sentence when the port is taken.
 */
export async function startAzure(
  given: Partial<AzureOptions> = {},
  authority: Authority = newAuthority(),
): Promise<Azure> {
  const options: AzureOptions = { ...azureDefaults, ...given };
  options.tls ??= authority.issue(options.certificate);
  const server = new PocketServer('Azure', options);
  const state = new AzureState(options, () => server.now());
  addIdentityEndpoint(server, state);
  addVault(server, state);
  addEntra(server, state);
  addControl(server, { options, summary: () => ({ secrets: state.secretNames, reads: state.reads }) });
  control(server, '/_sandbox/tokens/revoke', () => {
    state.revokeAll();
    return {};
  });
  // `{put?: {name: value}, remove?: [name]}`; a value that is put again is a rotation.
  control(server, '/_sandbox/secrets', (body) => {
    for (const [name, value] of Object.entries(body.put ?? {})) state.putSecret(name, String(value));
    for (const name of (body.remove ?? []) as string[]) state.removeSecret(name);
    return { secrets: state.secretNames };
  });
  await server.start();
  const url = server.url.replace('127.0.0.1', 'localhost');
  return {
    url,
    identityEndpoint: `${url}/msi/token`,
    ca: authority.ca,
    state,
    server,
    stop: () => server.stop(),
  };
}
