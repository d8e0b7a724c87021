import { randomBytes } from 'node:crypto';
import type { z } from 'zod';
import type { App } from '../../app';
import type { Answer } from '../answer';
import { apiAddress } from '../api-address';
import { atTheDoor } from '../door';
import type { Operation } from '../operations/operation';
import { type ParsedRequest, type IncomingRequest, parseAddress } from '../serve';
import type { Html } from './html';
import { troublePage } from './shell';
import { upFrom } from './view';

/** A page that was called. */
export type Called = Pick<IncomingRequest, 'url' | 'query' | 'params'>;

/** The operation of a page, which may be asked for a part of it. */
type PageOperation = Operation & { readonly query: z.ZodType<{ readonly part?: string | undefined }> };

/** What a page is made for. */
export interface Ground {
  /** See `View`. */
  readonly up: string;
  /** The address of the API, such as http://localhost:7071/api. */
  readonly base: string;
  /** For the page's style and script. */
  readonly nonce: string;
}

/**
 * Answers with a page, or with a part of it. When there is nothing to show, the page says why; a part answers as the
 * API does.
 */
export async function answerPage<O extends PageOperation>(
  called: Called,
  operation: O,
  work: (app: App, asked: Pick<ParsedRequest<O>, 'parts' | 'query'>, ground: Ground) => Promise<Answer>,
): Promise<Answer> {
  const { url, query } = called;
  const ground = {
    base: apiAddress(url, operation.path),
    up: upFrom(url, operation.path),
    nonce: randomBytes(16).toString('base64'),
  };
  const asked = parseAddress(operation, called);
  const answer = asked.ok ? await atTheDoor((app) => work(app, asked.value, ground)) : asked.answer;
  return !query.has('part') && answer.status >= 400 ? trouble(answer, ground) : answer;
}

/** @param answer a problem, which becomes a page of the same status. */
function trouble(answer: Answer, ground: Ground): Answer {
  const told = JSON.parse(answer.body ?? '{}') as {
    title: string;
    detail?: string;
    errors?: { setting?: string; message: string }[];
  };
  const settings = (told.errors ?? []).flatMap(({ setting, message }) =>
    setting === undefined ? [] : [`${setting} ${message}.`],
  );
  const reasons = settings.length > 0 ? settings : told.detail ? [`${told.detail}.`] : [];
  const { 'retry-after': retryAfter } = answer.headers;
  // Settings and storage may be repaired while one waits; an address does not.
  const again = answer.status >= 500;
  return wholePage(troublePage(told.title, reasons, { ...ground, again }), ground.nonce, {
    status: answer.status,
    headers: retryAfter ? { 'retry-after': retryAfter } : {},
  });
}

/** @param nonce of the page's style and script. */
export const wholePage = (
  body: Html,
  nonce: string,
  { status = 200, headers = {} }: { status?: number; headers?: Record<string, string> } = {},
): Answer =>
  sent(
    status,
    body,
    `style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; img-src data:; connect-src 'self'; form-action 'self'; `,
    headers,
  );

/** Runs no script, has no style: the page takes it in. */
export const pagePart = (body: Html): Answer => sent(200, body, '', {});

const sent = (status: number, body: Html, policy: string, headers: Record<string, string>): Answer => ({
  status,
  headers: {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': `default-src 'none'; ${policy}base-uri 'none'; frame-ancestors 'none'`,
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    ...headers,
  },
  body: body.text.trim(),
});
