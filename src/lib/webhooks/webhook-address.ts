import { createHash } from 'node:crypto';
import { InputError } from '../errors';

/**
 * The address that an event of a source is sent to.
 * @param url the webhook's own: `https://<app>/api/webhooks/<source>`. @param code the function key.
 * @throws InputError naming `url`, never with what stands in its query.
 */
export function webhookAddress(url: string, source: string, event: string, code: string | undefined): string {
  if (!URL.canParse(url)) throw new InputError('url', `--url must be an address such as ${example(source)}`);
  const address = new URL(url);
  const { protocol, hostname, pathname } = address;
  const isLocal = /^(localhost|127\.0\.0\.1|\[::1\])$/.test(hostname);
  if (protocol !== 'https:' && !(protocol === 'http:' && isLocal))
    throw new InputError('url', '--url must begin with https://');
  if (address.username || address.password)
    throw new InputError('url', '--url must hold no name and password; give the function key with --code');
  const named = /\/webhooks\/([^/]*)\/?$/.exec(pathname)?.[1];
  if (named !== source)
    throw new InputError('url', `--url must end with /webhooks/${source}, such as ${example(source)}`);
  address.hash = '';
  address.searchParams.set('event', event);
  if (code !== undefined) address.searchParams.set('code', code);
  return address.href;
}

/** The address as it may be shown: what its query holds is left out, but for the event. */
export function maskedAddress(address: string): string {
  const url = new URL(address);
  const shown = [...url.searchParams].map(([name, value]) => `${name}=${name === 'event' ? value : '***'}`);
  return `${url.origin}${url.pathname}${shown.length > 0 ? `?${shown.join('&')}` : ''}`;
}

/** Stands for an address that is kept nowhere. */
export const addressHash = (address: string): string => createHash('sha256').update(address).digest('hex');

const example = (source: string): string => `https://<app>.azurewebsites.net/api/webhooks/${source}`;
