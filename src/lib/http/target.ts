import { withoutTrailingSlashes } from '../slashes';
import { PayloadError, RefusedError, SettingsError } from '../errors';

/** A remote system, as error sentences name it. */
export interface System {
  /** e.g. `source openedx` or `L&D services`. */
  readonly name: string;
  /** The setting that says where it is, e.g. `LMS__openedx__baseUrl`. */
  readonly baseUrlSetting: string;
  /** The settings that hold its credentials, for people: `LMS__openedx__clientId and LMS__openedx__clientSecret`. */
  readonly credentialSettings: string;
}

const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** @throws SettingsError unless it is an https URL, or http to this very machine. */
export function parseBaseUrl(system: System, baseUrl: string): URL {
  const wrong = (message: string) => new SettingsError([{ setting: system.baseUrlSetting, message }]);
  if (!URL.canParse(baseUrl)) throw wrong('is not a URL; give one like https://lms.example.com');
  const url = new URL(baseUrl);
  if (url.username || url.password) throw wrong('holds a user name or password; leave them out');
  if (url.protocol === 'https:' || (url.protocol === 'http:' && loopback.test(url.hostname))) return url;
  throw wrong('must start with https:// (http:// is for this machine alone)');
}

/**
 * Where a call goes. Decided before any credential is fetched.
 * @param url a path below the base URL, or an absolute URL such as a `next` link.
 * @throws PayloadError when it leads to another origin; RefusedError (404) when a part of the path is `.` or `..`.
 */
export function resolveTarget(
  system: System,
  base: URL,
  url: string,
  query: Readonly<Record<string, string | number | undefined>> = {},
): URL {
  const target = URL.canParse(url) ? new URL(url) : below(system, base, url);
  requireSameOrigin(system, base, target);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) target.searchParams.set(name, String(value));
  }
  return target;
}

/** @throws PayloadError when a link that the system gave leads away from it. */
function requireSameOrigin(system: System, base: URL, link: URL): void {
  if (link.origin === base.origin) return;
  const host = link.host || 'something that is not a host';
  throw new PayloadError(
    `${system.name} gave a next link to another origin (${link.protocol}//${host}), which is not followed; ` +
      `check ${system.baseUrlSetting} (${base.origin}) or the system's own idea of its address`,
  );
}

function below(system: System, base: URL, path: string): URL {
  // An id put into a path must not lead out of its place there: nothing has such a name.
  if (/(^|\/)(\.|%2e){1,2}(?=[/?#]|$)/i.test(path.split('?')[0] ?? ''))
    throw new RefusedError(`${system.name} has nothing that is named by dots alone`, 404);
  // `//host/x` would be another host, so paths are joined as text and not resolved.
  const prefix = withoutTrailingSlashes(base.pathname);
  return new URL(`${base.origin}${prefix}/${path.replace(/^\/+/, '')}`);
}
