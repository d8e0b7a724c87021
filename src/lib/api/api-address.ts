/**
 * The address of the API, such as https://example.com/api.
 * @param url as it was called: without its query, which may hold a key.
 * @param path of the operation that was called, such as `/enrolments/remove`; hosts do not mind its case, nor slashes at
 * its end.
 */
export function apiAddress(url: string, path: string): string {
  const { origin, pathname } = new URL(url);
  const parts = pathname.split('/').filter(Boolean);
  return [origin, ...parts.slice(0, 1 - path.split('/').length)].join('/');
}
