import type { SecretClient } from '@azure/keyvault-secrets';
import { AuthError, RetryableError } from '../errors';
import { keyVaultSdk } from './azure-sdk';
import { credential } from './identity';
import type { Secret } from './secret';

const keepMs = 10 * 60_000;
const againMs = 30_000;

/** Makes a `Secret` of a setting's text: as it stands, or, for `kv:NAME`, read from the vault. */
export type SecretReader = (setting: string, value: string) => Secret;

export interface VaultOptions {
  readonly now?: () => number;
  /** Only for a vault on this machine, whose challenge names another host. */
  readonly disableChallengeResourceVerification?: boolean;
}

/** @param vaultUrl `KEY_VAULT_URL`. A `kv:` value without it is an AuthError when it is read. */
export function secretReader(vaultUrl: string | undefined, options: VaultOptions = {}): SecretReader {
  const now = options.now ?? Date.now;
  let client: SecretClient | undefined;
  const vault = (url: string): SecretClient =>
    (client ??= new (keyVaultSdk().SecretClient)(url, credential(), {
      disableChallengeResourceVerification: options.disableChallengeResourceVerification ?? isLoopback(url),
      retryOptions: { maxRetries: 2, retryDelayInMs: 200, maxRetryDelayInMs: 1_000 },
    }));

  return (setting, value) => {
    if (!value.startsWith('kv:')) {
      const read = (): Promise<string> => Promise.resolve(value);
      return { setting, read, readAgain: read, forget: () => undefined };
    }
    const name = value.slice('kv:'.length).trim();
    let kept: { value: Promise<string>; until: number } | undefined;
    const read = (): Promise<string> => {
      if (kept && kept.until > now()) return kept.value;
      const reading = readFromVault(setting, name);
      kept = { value: reading, until: now() + keepMs };
      reading.catch(() => (kept = undefined));
      return reading;
    };
    let again: { value: Promise<string>; until: number } | undefined;
    const readAgain = (): Promise<string> => {
      if (again && again.until > now()) return again.value;
      const reading = readFromVault(setting, name);
      again = { value: reading, until: now() + againMs };
      return reading.then((fresh) => {
        kept = { value: reading, until: now() + keepMs };
        return fresh;
      });
    };
    return { setting, read, readAgain, forget: () => (kept = undefined) };
  };

  async function readFromVault(setting: string, name: string): Promise<string> {
    if (!vaultUrl)
      throw new AuthError(
        `${setting} is kv:${name}, but KEY_VAULT_URL is not set; set it to the vault's address`,
      );
    try {
      const secret = await vault(vaultUrl).getSecret(name, { abortSignal: AbortSignal.timeout(15_000) });
      if (secret.value) return secret.value;
      throw new AuthError(`${setting}: the secret ${name} in ${vaultUrl} is empty; give it a value`);
    } catch (error) {
      throw explain(error, setting, name, vaultUrl);
    }
  }
}

function explain(error: unknown, setting: string, name: string, vaultUrl: string): Error {
  if (error instanceof AuthError && error.message.startsWith(setting)) return error;
  const status = (error as { statusCode?: number }).statusCode;
  if (status === 404)
    return new AuthError(
      `${setting}: there is no secret ${name} in ${vaultUrl}; create it or correct the name`,
      404,
    );
  if (status === 401 || status === 403)
    return new AuthError(
      `${setting}: this app's identity may not read the secret ${name} in ${vaultUrl}; give it the role Key Vault Secrets User`,
      status,
    );
  const kind = (error as Error).name;
  if (error instanceof AuthError || /Credential|Authentication/.test(kind))
    return new AuthError(
      `${setting}: no Azure credential is at hand to read kv:${name}; sign in (az login), or run with a managed identity`,
    );
  return new RetryableError(
    `${setting}: the vault ${vaultUrl} cannot be reached to read the secret ${name}; check KEY_VAULT_URL and the network`,
    status,
    { cause: error },
  );
}

const isLoopback = (url: string): boolean => /^(localhost|127\.|\[::1\])/.test(new URL(url).hostname);
