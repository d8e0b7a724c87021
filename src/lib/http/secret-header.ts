import { AuthError } from '../errors';
import type { Secret } from '../settings/secret';
import type { Authorizer } from './http';

/**
 * A secret as it can stand in a header.
 * @throws AuthError when it holds a line break or another character that no header can hold.
 */
export async function readForHeader(secret: Secret): Promise<string> {
  const value = (await secret.read()).trim();
  if (/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(value)) return value;
  throw new AuthError(
    `${secret.setting} is empty or holds a character that no header can hold; set it again`,
  );
}

/** Adds a header that carries a secret to what another authorizer puts on a call. */
export function withSecretHeader(inner: Authorizer | undefined, name: string, secret: Secret): Authorizer {
  return {
    async headers(signal) {
      const others = await inner?.headers(signal);
      return { ...others, [name]: await readForHeader(secret) };
    },
    renew() {
      inner?.renew();
      secret.forget();
    },
  };
}
