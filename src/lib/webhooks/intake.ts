import { createHash, randomBytes } from 'node:crypto';
import { groupOf, type WebhookEvent } from '../domain/event';
import { AuthError, RetryableError, SettingsError } from '../errors';
import type { SourceSettings } from '../settings/types';
import type { RawEvent } from '../store/inbox-rows';
import type { Engine, OpenSource } from '../sync/engine';
import { parseJson } from './parse-json';
import { mostEventBytes, readBytes } from './read-bytes';
import type { GivenEvent } from './given-event';
import { readEvent } from './read-event';
import { dueAtOf } from './task';
import { distrust, misfit, signingKeys } from './verify';
import { wakeEvent } from './wake-event';

/** A call of the webhook, before anything of it is believed. */
export interface WebhookCall {
  readonly source: string;
  readonly header: (name: string) => string | null;
  /** What the address says with `?event=`. */
  readonly event?: string | null;
  readonly body: AsyncIterable<Uint8Array> | null;
}

export type Intake =
  | { readonly status: 202; readonly eventId: string }
  | { readonly status: 400 | 401 | 404 | 413 | 415; readonly title: string; readonly detail?: string };

// Storage that hangs must not hold the sender until it gives up by itself: it is to try again.
const storageMs = 20_000;

/**
 * Takes an event in: checks it, keeps it as it came, and puts its id in the queue. What it means is nobody's
 * business yet, so that shapes nobody knows are taken as well.
 * @throws SettingsError when the source's settings are wrong; RetryableError when it could not be kept.
 */
export async function takeIn(engine: Engine, call: WebhookCall): Promise<Intake> {
  const { source, header } = call;
  if (!engine.inbox.sources.includes(source)) return { status: 404, title: 'There is no such source' };
  const open = engine.openSource(source);
  if (!isJson(header('content-type')))
    return {
      status: 415,
      title: 'An event must be JSON',
      detail: 'Send it with the content type application/json, or with none',
    };
  const bytes = await readBytes(call.body);
  if (!bytes) return { status: 413, title: `An event may have ${mostEventBytes} bytes at the most` };
  const now = engine.now();
  const distrusted = await refusal(call, open.settings, bytes, now);
  if (distrusted) return { status: 401, title: 'The signature is not good', detail: distrusted };
  const parsed = parseJson(bytes);
  if (!parsed) return { status: 400, title: 'The body is not valid JSON' };
  const typeHeader = header('x-event-type')?.slice(0, 80);
  // An empty one names nothing; half a character, which the cut may leave, becomes the mark for one.
  const eventName = Buffer.from(call.event?.slice(0, 80) ?? '').toString() || undefined;
  const given = { body: parsed.value, typeHeader, eventName };
  // The sender's own id makes a repeated call the same event; without one, each call is an event.
  const event = newEvent(open, given, header('webhook-id'), now);
  await within(storageMs, keepEvent(engine, event, { bytes, typeHeader, eventName }));
  return { status: 202, eventId: event.eventId };
}

/** `application/json`, anything that ends in `+json`, `text/json`; also none, since vendors do not say. */
const isJson = (contentType: string | null): boolean =>
  !contentType?.trim() || /^\s*(application|text)\/([\w.+-]+\+)?json\s*(;|$)/i.test(contentType);

async function refusal(
  { header }: WebhookCall,
  { id: source, webhookSecret }: SourceSettings,
  bytes: Uint8Array,
  now: number,
): Promise<string | undefined> {
  if (!webhookSecret) return undefined;
  const keys = signingKeys(await readSecret(webhookSecret));
  if (keys.length === 0)
    throw new SettingsError([
      { setting: `LMS__${source}__webhookSecret`, message: 'holds no key; give it as whsec_<base64>' },
    ]);
  const signed = {
    id: header('webhook-id') ?? undefined,
    timestamp: header('webhook-timestamp') ?? undefined,
    signature: header('webhook-signature') ?? undefined,
    bytes,
  };
  const why = distrust(signed, keys, now);
  // The secret may have been rotated since it was read.
  return why === misfit ? distrust(signed, signingKeys(await readSecret(webhookSecret, true)), now) : why;
}

/** A vault that refuses is our trouble, not the sender's: it is to try again. */
async function readSecret(
  secret: NonNullable<SourceSettings['webhookSecret']>,
  again = false,
): Promise<string> {
  try {
    return await (again ? secret.readAgain() : secret.read());
  } catch (error) {
    if (error instanceof AuthError) throw new RetryableError(error.message, error.status, { cause: error });
    throw error;
  }
}

/**
 * An event as it is kept. @param sameness what makes it the same event when it comes twice; null: nothing does.
 * @param now milliseconds since 1970.
 */
export function newEvent(
  open: OpenSource,
  given: GivenEvent,
  sameness: string | null,
  now: number,
): WebhookEvent {
  const source = open.source.id;
  const { type, task } = readEvent(open, given, now);
  const hash = sameness
    ? createHash('sha256').update(`${source} ${sameness}`).digest('hex').slice(0, 24)
    : randomBytes(12).toString('hex');
  return {
    eventId: `${source}-${hash}`,
    source,
    type,
    state: 'received',
    receivedAt: now,
    queuedAt: now,
    dueAt: dueAtOf(task, now),
    attempts: 0,
    error: undefined,
    task,
  };
}

/**
 * Writes an event down, then wakes a worker, unless another event of the same course is due before it: that one's
 * worker takes it along. @returns false when it was there already.
 */
export async function keepEvent(engine: Engine, event: WebhookEvent, raw: RawEvent): Promise<boolean> {
  const isNew = await engine.inbox.add(event, raw);
  const waiting = isNew ? event : await engine.inbox.read(event.eventId);
  // The row first: a row without a message is found by the sweep. One that came before may have none, so it gets one.
  if (waiting?.state !== 'received' || (isNew && (await isTakenAlong(engine, waiting)))) return isNew;
  await wakeEvent(engine, waiting, Math.max(0, waiting.dueAt - engine.now()));
  return isNew;
}

/** Its row is in line by now: a worker that ends the event before it looks once more who is next, and finds it. */
async function isTakenAlong(
  { inbox }: Engine,
  { eventId, source, task, dueAt }: WebhookEvent,
): Promise<boolean> {
  if (task.type !== 'course') return false;
  const lead = await inbox.firstDue(source, groupOf(task), dueAt);
  return lead !== undefined && lead.eventId !== eventId;
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new RetryableError('The storage account does not answer in time')), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
