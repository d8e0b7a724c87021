import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a signed call carries, as Standard Webhooks names it. */
export interface SignedCall {
  readonly id: string | undefined;
  readonly timestamp: string | undefined;
  readonly signature: string | undefined;
  /** As they came, whether or not they are text. */
  readonly bytes: Uint8Array;
}

const toleranceMs = 300_000;

/** Why a call is not to be trusted that was signed with another key: perhaps a newer one. */
export const misfit = 'webhook-signature fits none of the secrets';

/**
 * Why a call is not to be trusted, in words that help whoever sends it; undefined when it is signed with one of the
 * keys and fresh.
 * @param keys see `signingKeys`. @param now milliseconds since 1970.
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function distrust(call: SignedCall, keys: readonly Buffer[], now: number): string | undefined {
  const { id, timestamp, signature, bytes } = call;
  if (!id || !timestamp || !signature)
    return 'The headers webhook-id, webhook-timestamp and webhook-signature must all be there';
  if (!/^\d{1,12}$/.test(timestamp)) return 'webhook-timestamp must be in seconds since 1970';
  if (Math.abs(Number(timestamp) * 1000 - now) > toleranceMs)
    return 'webhook-timestamp is more than five minutes off';
  const given = signature
    .split(' ')
    .filter((one) => one.startsWith('v1,'))
    .map((one) => Buffer.from(one.slice('v1,'.length)));
  let good = false;
  for (const key of keys) {
    const mac = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(bytes).digest('base64');
    const wanted = Buffer.from(mac);
    // All are compared, each in constant time, so that the time taken tells nothing.
    for (const one of given) if (one.length === wanted.length && timingSafeEqual(one, wanted)) good = true;
  }
  return good ? undefined : misfit;
}

/** The keys of a setting: secrets by space, each `whsec_` with base64, or taken as it is. Empty ones are left out. */
export const signingKeys = (secrets: string): Buffer[] =>
  secrets
    .split(/\s+/)
    .map((secret) =>
      secret.startsWith('whsec_')
        ? Buffer.from(secret.slice('whsec_'.length), 'base64')
        : Buffer.from(secret, 'utf8'),
    )
    .filter((key) => key.length > 0);
