import { AuthError } from '../errors';

/**
 * Reads OTEL_EXPORTER_OTLP_HEADERS: `name=value` pairs by comma, values percent-encoded
 * (https://opentelemetry.io/docs/specs/otel/protocol/exporter/#specifying-headers-via-environment-variables).
 * @throws AuthError, which does not repeat the text: it is a secret.
 */
export function parseHeaders(text: string | undefined): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const pair of (text ?? '').split(',').filter((part) => part.trim())) {
    const [, name, value] = /^\s*([!#$%&'*+.^_`|~\w-]+)\s*=(.*)$/.exec(pair) ?? [];
    const decoded = value === undefined ? undefined : decode(value.trim());
    if (name === undefined || decoded === undefined)
      throw new AuthError(
        'OTEL_EXPORTER_OTLP_HEADERS must be name=value pairs, by comma, with special characters of the value percent-encoded',
      );
    headers[name] = decoded;
  }
  return headers;
}

function decode(value: string): string | undefined {
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}
