import { gzipSync } from 'node:zlib';
import type { ServerResponse } from 'node:http';
import type { Fault, FaultKind } from './faults';

/** The answer that would have gone out. */
export interface TrueAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const bodyFaults: readonly FaultKind[] = [
  'reset-in-body',
  'truncated-json',
  'truncate-at',
  'closed-early',
  'hang-in-body',
  'slow-body',
  'gzip-cut',
  'gzip-unsaid',
  'wrong-length',
];

/** Whether the true answer is needed to play the fault, so that the request takes effect. */
export const needsAnswer = (fault: Fault): boolean =>
  bodyFaults.includes(fault.kind) || fault.plan.afterEffect === true;

const html = { 'Content-Type': 'text/html; charset=utf-8' };
const loginPage =
  '<!DOCTYPE html><html><head><title>Sign in</title></head><body><form method="post" action="/login">' +
  '<input name="email"><input name="password" type="password"></form></body></html>';

/**
 * Sends the fault in place of the answer.
 * @param now milliseconds since 1970, for Retry-After dates.
 * @returns the status that went out; 0 when none did.
 */
export function playFault(fault: Fault, response: ServerResponse, answer: TrueAnswer, now: number): number {
  const { plan } = fault;
  const seconds = plan.retryAfterSeconds ?? 1;
  const { status, headers, body } = answer;
  const half = body.subarray(0, Math.floor(body.length / 2));
  const send = (code: number, head: Record<string, string>, content: Buffer | string): number => {
    response.writeHead(code, { ...head, 'Content-Length': String(Buffer.byteLength(content)) }).end(content);
    return code;
  };
  /** Announces the whole body, sends half of it, and leaves the rest to `then`. */
  const begin = (then: () => void): number => {
    response.writeHead(status, { ...headers, 'Content-Length': String(Math.max(2, body.length)) });
    response.flushHeaders();
    response.write(half.length > 0 ? half : ' ', then);
    return status;
  };
  const throttled = JSON.stringify({ detail: 'Request was throttled.' });
  const json = { 'Content-Type': 'application/json' };
  switch (fault.kind) {
    case '429-seconds':
      return send(429, { ...json, 'Retry-After': String(seconds) }, throttled);
    case '429-unix':
      return send(429, { ...json, 'Retry-After': String(Math.ceil(now / 1000) + seconds) }, throttled);
    case '403-quota':
      // What Azure API Management answers beyond a quota.
      return send(
        403,
        { ...json, 'Retry-After': String(seconds) },
        JSON.stringify({ statusCode: 403, message: 'Out of call volume quota.' }),
      );
    case '404':
      return send(404, json, JSON.stringify({ detail: 'Not found.' }));
    case '408':
    case '423':
    case '425':
      return send(Number(fault.kind), json, JSON.stringify({ detail: 'Try again.' }));
    case 'bare-error':
      return send(200, json, JSON.stringify({ error: 'not_found' }));
    case 'maintenance-page':
      return send(200, html, '<html><body><h1>We will be back soon</h1></body></html>');
    case 'php-warning':
      return send(
        200,
        json,
        `<br />\n<b>Warning</b>: Undefined array key in x.php on line 3<br />\n{"a": 1}`,
      );
    case 'gzip-unsaid':
      return send(status, headers, gzipSync(body));
    case '429-date':
      // A date has no fractions: rounding up keeps the pause at least as long as asked for.
      return send(429, { ...json, 'Retry-After': httpDate(now + seconds * 1000 + 999) }, throttled);
    case '429':
      return send(429, json, throttled);
    case '500':
      return send(500, html, '<h1>Server Error (500)</h1>');
    case '502-html':
      return send(502, html, '<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>');
    case '503-seconds':
      return send(503, { ...html, 'Retry-After': String(seconds) }, '<h1>Service Unavailable</h1>');
    case '503':
      return send(503, html, '<h1>Service Unavailable</h1>');
    case 'reset-before':
      response.socket?.resetAndDestroy();
      return 0;
    case 'reset-in-body':
      // The pause lets the first half reach the caller: a reset throws away what is still on its way.
      return begin(() => setTimeout(() => response.socket?.resetAndDestroy(), 20));
    case 'truncated-json':
      return send(status, headers, half);
    case 'truncate-at':
      return send(status, headers, body.subarray(0, plan.truncateAt));
    case 'closed-early':
      return begin(() => response.socket?.end());
    case 'hang-before':
      return 0;
    case 'hang-in-body':
      return begin(() => undefined);
    case 'slow-body':
      return drip(response, answer, plan.dripMs ?? 50);
    case 'login-page':
      return send(200, html, loginPage);
    case 'redirect':
      return send(302, { Location: `${plan.redirectTo ?? 'https://elsewhere.example.com'}/` }, '');
    case 'gzip-cut': {
      const zipped = gzipSync(body);
      return send(status, { ...headers, 'Content-Encoding': 'gzip' }, zipped.subarray(0, zipped.length - 12));
    }
    case 'wrong-length':
      response.writeHead(status, { ...headers, 'Content-Length': String(Math.max(1, body.length - 9)) });
      response.end(body);
      return status;
    case 'empty-200':
      return send(200, json, '');
  }
}

function drip(response: ServerResponse, answer: TrueAnswer, pauseMs: number): number {
  const { status, headers, body } = answer;
  response.writeHead(status, { ...headers, 'Content-Length': String(body.length) });
  let sent = 0;
  const timer = setInterval(() => {
    response.write(body.subarray(sent, sent + 1));
    sent += 1;
    if (sent < body.length) return;
    clearInterval(timer);
    response.end();
  }, pauseMs);
  response.once('close', () => clearInterval(timer));
  return status;
}

export const httpDate = (ms: number): string => new Date(ms).toUTCString();
