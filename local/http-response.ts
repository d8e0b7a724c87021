import type { ServerResponse } from 'node:http';
import type { HttpCookie, HttpData, TypedData } from './core-types';

// They belong to the connection, which is this server's and not the function's.
const ours = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'trailer',
  'upgrade',
  'content-length',
]);

/** Sends what a function returned; nothing returned is 204, as on the platform. `head` leaves the body out. */
export function sendResponse(
  response: ServerResponse,
  value: TypedData | null | undefined,
  head: boolean,
): void {
  const data: HttpData = value?.http ?? { statusCode: '204' };
  const status = Number(data.statusCode ?? 200);
  const body = bytes(data.body);
  const given = Object.entries(data.headers ?? {});
  response.statusCode = status;
  for (const [name, text] of given) if (!ours.has(name.toLowerCase())) response.setHeader(name, text);
  for (const cookie of data.cookies ?? []) response.appendHeader('Set-Cookie', setCookie(cookie));
  if (status === 204 || status === 304) return void response.end();
  if (!head) return void response.setHeader('Content-Length', body.length).end(body);
  const stated = given.find(([name]) => name.toLowerCase() === 'content-length')?.[1];
  response.setHeader('Content-Length', body.length === 0 && stated ? stated : body.length).end();
}

/** Sends a problem of the host itself (RFC 9457). */
export function sendProblem(
  response: ServerResponse,
  status: number,
  title: string,
  headers: Record<string, string> = {},
): void {
  const body = JSON.stringify({ type: 'about:blank', title, status });
  response.writeHead(status, {
    'Content-Type': 'application/problem+json',
    'Content-Length': Buffer.byteLength(body),
    ...headers,
  });
  response.end(body);
}

function bytes(body: TypedData | undefined): Uint8Array {
  if (body?.bytes) return body.bytes;
  return Buffer.from(body?.string ?? body?.json ?? '');
}

function setCookie(cookie: HttpCookie): string {
  const parts = [`${cookie.name}=${encodeURIComponent(cookie.value)}`];
  const seconds = cookie.expires?.value?.seconds;
  if (typeof seconds === 'number') parts.push(`Expires=${new Date(seconds * 1_000).toUTCString()}`);
  if (typeof cookie.maxAge?.value === 'number') parts.push(`Max-Age=${Math.floor(cookie.maxAge.value)}`);
  if (cookie.domain?.value) parts.push(`Domain=${cookie.domain.value}`);
  if (cookie.path?.value) parts.push(`Path=${cookie.path.value}`);
  if (cookie.secure?.value) parts.push('Secure');
  if (cookie.httpOnly?.value) parts.push('HttpOnly');
  const site = { lax: 'Lax', strict: 'Strict', explicitNone: 'None', none: undefined }[
    cookie.sameSite ?? 'none'
  ];
  if (site) parts.push(`SameSite=${site}`);
  return parts.join('; ');
}
