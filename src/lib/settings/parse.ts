import { withoutTrailingSlashes } from '../slashes';
import { Cron } from 'croner';
import { z } from 'zod';
import { parseUtc } from '../domain/time';

// Settings are texts. Each of these reads one kind of text and says, when it cannot, what the text must be.

export const text = z.string().trim().min(1, 'must not be empty');

export const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .trim()
    .regex(/^\d+$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((n) => n >= min && n <= max, `must be a whole number from ${min} to ${max}`);

export const flag = z
  .string()
  .trim()
  .toLowerCase()
  .refine((value) => value === 'true' || value === 'false', 'must be true or false')
  .transform((value) => value === 'true');

export const oneOf = <const T extends readonly string[]>(...values: T) =>
  z
    .string()
    .trim()
    .refine(
      (value): value is T[number] => values.includes(value),
      `must be ${values.length > 1 ? `one of ${values.join(', ')}` : values[0]}`,
    );

const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** A server's address: https, or http to this machine. The slash at its end is cut off. */
export const webAddress = text.transform((value, context) => {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const say = (message: string): never => {
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  };
  if (!url || !/^https?:$/.test(url.protocol))
    return say('must be an address such as https://lms.example.com');
  if (url.protocol === 'http:' && !loopback.test(url.hostname)) return say('must start with https://');
  if (url.username || url.password) return say('must not carry a user name or password');
  if (url.search || url.hash) return say('must not carry a query or a fragment');
  return withoutTrailingSlashes(value);
});

/** An address that is a secret, since its query may hold one. `kv:NAME` is checked when it is read. */
export const secretAddress = text.refine((value) => {
  if (value.startsWith('kv:')) return true;
  if (!URL.canParse(value)) return false;
  const { protocol, hostname, username, password } = new URL(value);
  if (username || password) return false;
  return protocol === 'https:' || (protocol === 'http:' && loopback.test(hostname));
}, 'must be an address that starts with https:// (http:// is for this machine alone), without a user name');

/** Whether a text is one secret of Standard Webhooks. */
export function isSigningSecret(value: string): boolean {
  const base64 = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(value)?.[1];
  const bytes = base64 === undefined ? 0 : Buffer.from(base64, 'base64').length;
  return bytes >= 24 && bytes <= 64;
}

/** Secrets of Standard Webhooks, by space. `kv:NAME` is checked when it is read. */
export const signingSecrets = text.refine(
  (value) => value.startsWith('kv:') || value.split(/\s+/).every(isSigningSecret),
  'must be whsec_ and base64 of 24 to 64 bytes; several, by space',
);

/** An address with `{id}` or `{slug}` in it. */
export const courseUrl = text.refine((value) => {
  const filled = value.replaceAll('{id}', '1').replaceAll('{slug}', 'a');
  if (!URL.canParse(filled) || filled === value || /[{}]/.test(filled)) return false;
  const url = new URL(filled);
  return url.protocol === 'https:' || (url.protocol === 'http:' && loopback.test(url.hostname));
}, 'must be an address with {id} or {slug} in it, such as https://academy.example.com/course/{slug}');

export const instant = text.transform((value, context) => {
  const time = parseUtc(value);
  if (time) return time;
  context.addIssue({ code: 'custom', message: 'must be a date such as 2012-01-01 or 2012-01-01T00:00:00Z' });
  return z.NEVER;
});

export const timeZone = text.refine((value) => {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: value }));
  } catch {
    return false;
  }
}, 'must be a time zone such as UTC or Europe/Berlin');

const scheduleHint = 'must be a schedule of six fields (NCRONTAB), such as 0 */15 * * * *';

/** Second, minute, hour, day, month, day of the week. */
export const schedule = text
  .refine((value) => value.split(/\s+/).length === 6, scheduleHint)
  .refine((value) => isSchedule(value), scheduleHint);

function isSchedule(value: string): boolean {
  try {
    return new Cron(value, { mode: '6-part', paused: true, timezone: 'UTC' }).nextRun() !== null;
  } catch {
    return false;
  }
}

const constants = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));

/** A JSON object of plain values, such as {"Brand":"Academy"}. */
export const jsonConstants = text.transform((value, context) => {
  try {
    const parsed = constants.safeParse(JSON.parse(value));
    if (parsed.success) return parsed.data;
  } catch {
    // falls through to the one message for both
  }
  context.addIssue({
    code: 'custom',
    message: 'must be a JSON object of plain values, such as {"Brand":"Academy"}',
  });
  return z.NEVER;
});

/** Words by comma. */
export const list = z.string().transform((value) =>
  value
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean),
);

/** JSON pointers (RFC 6901) by comma. */
export const pointers = list.refine(
  (all) => all.every((pointer) => /^(\/([^~/]|~[01])*)+$/.test(pointer)),
  'must be JSON pointers by comma, each with a slash in front, such as /meta/type',
);
