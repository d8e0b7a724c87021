import { createHmac } from 'node:crypto';
import { AuthError } from '../errors';
import type { Authorizer } from '../http/http';
import type { Secret } from '../settings/secret';
import { isSigningSecret } from '../settings/parse';

/**
 * Signs one body by Standard Webhooks, anew at each attempt: a receiver takes a timestamp for five minutes.
 * @param id the same at each attempt. @param now gives milliseconds since 1970.
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function signer(secret: Secret, id: string, body: Uint8Array, now: () => number): Authorizer {
  return {
    async headers() {
      const timestamp = String(Math.floor(now() / 1000));
      const signatures = (await keysOf(secret)).map((key) => {
        const mac = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64');
        return `v1,${mac}`;
      });
      return {
        'webhook-id': id,
        'webhook-timestamp': timestamp,
        'webhook-signature': signatures.join(' '),
      };
    },
    renew: () => secret.forget(),
  };
}

/** @throws AuthError when the vault holds what is no such secret. */
export async function keysOf(secret: Secret): Promise<Buffer[]> {
  const secrets = (await secret.read()).trim().split(/\s+/);
  if (!secrets.every(isSigningSecret))
    throw new AuthError(`${secret.setting} must be whsec_ and base64 of 24 to 64 bytes; several, by space`);
  return secrets.map((one) => Buffer.from(one.slice('whsec_'.length), 'base64'));
}
