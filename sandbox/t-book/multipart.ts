import type { PocketRequest } from '../server';

/** The fields of a multipart form in the order in which they came; undefined when the body is none. */
export function multipartFields(request: PocketRequest): [string, string][] | undefined {
  const [, boundary] =
    /^multipart\/form-data;\s*boundary="?([^";]+)"?/i.exec(request.headers['content-type'] ?? '') ?? [];
  if (!boundary) return undefined;
  const parts = `\r\n${request.body.toString('utf8')}`.split(`\r\n--${boundary}`);
  if (parts.at(-1)?.trim() !== '--') return undefined;
  return parts.slice(1, -1).flatMap((part): [string, string][] => {
    const end = part.indexOf('\r\n\r\n');
    const [, name] = /name="([^"]*)"/i.exec(part.slice(0, end)) ?? [];
    return name === undefined ? [] : [[name, part.slice(end + 4)]];
  });
}

/** The values of `name[0]`, `name[1]`, …, by their numbers; undefined when there is none. */
export function listOf(fields: readonly (readonly [string, string])[], name: string): string[] | undefined {
  const numbered = fields.flatMap(([key, value]) => {
    const [, place] = new RegExp(`^${name}\\[(\\d+)\\]$`).exec(key) ?? [];
    return place === undefined ? [] : [{ place: Number(place), value }];
  });
  return numbered.length > 0
    ? numbered.sort((a, b) => a.place - b.place).map(({ value }) => value)
    : undefined;
}
