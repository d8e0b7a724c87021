import type { IncomingMessage, ServerResponse } from 'node:http';
import { BodyTooLargeError, readBody } from './http-request';
import { sendProblem } from './http-response';

/** Starts a timer or queue function now. Says in words why it cannot. */
export type RunFunction = (name: string, input: string) => { status: 202 | 404 | 409; title: string };

/** The names by which this machine calls itself, in a Host header. */
export const loopback = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;

/**
 * `POST /admin/functions/{name}` with `{"input": "text"}`, as the platform has it: runs the function at once
 * and answers 202 before it has ended.
 */
export async function answerAdmin(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  run: RunFunction,
): Promise<void> {
  const name = /^\/admin\/functions\/([^/]+)\/?$/i.exec(path)?.[1];
  if (!name) return sendProblem(response, 404, 'There is nothing at this address');
  if (request.method !== 'POST')
    return sendProblem(response, 405, 'Use POST to run a function', { Allow: 'POST' });
  // No keys are asked for here, so neither a tunnel to this host nor a page in a browser may come in.
  if (!loopback.test(request.headers.host ?? ''))
    return sendProblem(response, 403, 'Functions can be run by hand from this computer only');
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? ''))
    return sendProblem(response, 415, 'Send the body as application/json');
  const input = parseInput(await body(request));
  if (input === undefined)
    return sendProblem(response, 400, 'The body must be JSON like {"input": "text"}, of 1 MiB at most');
  const { status, title } = run(decodeName(name), input);
  if (status !== 202) return sendProblem(response, status, title);
  response.writeHead(202, { 'Content-Length': 0 }).end();
}

async function body(request: IncomingMessage): Promise<string | undefined> {
  try {
    return (await readBody(request, 1024 * 1024)).toString('utf8');
  } catch (error) {
    if (error instanceof BodyTooLargeError) return undefined;
    throw error;
  }
}

function parseInput(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  if (text.trim() === '') return '';
  try {
    const { input = '' } = JSON.parse(text) as { input?: unknown };
    return typeof input === 'string' ? input : undefined;
  } catch {
    return undefined;
  }
}

function decodeName(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
