import { createHash, randomUUID } from 'node:crypto';
import type { LoggedDelivery, NamedEvents } from '../sources/source';
import type { Arrival } from '../store/inbox-rows';
import { toJson, parseJson } from './parse-json';

/** Clocks differ, and a log's times are to the minute. */
const earlyMs = 2 * 60_000;
/** The same content may come late, on another attempt. */
const lateMs = 24 * 60 * 60_000;
/** Where the log does not show the content, only what came at about that time can be meant. */
const lateUnseenMs = 15 * 60_000;

interface Call {
  readonly at: number;
  used: boolean;
}

/**
 * Tells which deliveries of a log arrived. Neither they nor the calls have ids in common, so what was sent and about
 * when must fit, and each call stands for one delivery. In doubt a delivery did not arrive: an event that is worked
 * twice does no harm.
 */
export class Arrived {
  readonly #calls = new Map<string, Call[]>();
  /** The keys whose calls are in order. */
  readonly #sorted = new Set<string>();

  add({ bytes, eventName, receivedAt }: Arrival, events: NamedEvents): void {
    const event = eventName === undefined ? undefined : events.nameOf(eventName);
    if (event === undefined) return;
    const body = parseJson(bytes)?.value;
    // Found by its content or, when the log shows none, by its event alone: it is used up either way.
    const call: Call = { at: receivedAt, used: false };
    for (const key of [contentKey(event, body), event]) {
      const calls = this.#calls.get(key);
      this.#sorted.delete(key);
      if (calls) calls.push(call);
      else this.#calls.set(key, [call]);
    }
  }

  /** Uses up the call that fits, if there is one. */
  take({ event, body, at, failed }: LoggedDelivery): boolean {
    const isSeen = body !== undefined;
    if (event === undefined || (failed && !isSeen)) return false;
    const calls = this.#inOrder(isSeen ? contentKey(event, body) : event);
    const logged = at === undefined ? undefined : Date.parse(at);
    const from = logged === undefined ? 0 : firstSince(calls, logged - earlyMs);
    const until = logged === undefined ? Infinity : logged + (isSeen ? lateMs : lateUnseenMs);
    let nearest: Call | undefined;
    for (let i = from; i < calls.length; i++) {
      const call = calls[i] as Call;
      if (call.at > until) break;
      if (call.used) continue;
      const isNearer =
        !nearest || Math.abs(call.at - (logged ?? call.at)) < Math.abs(nearest.at - (logged ?? 0));
      if (isNearer) nearest = call;
      // Those that follow are later still.
      if (logged === undefined || call.at >= logged) break;
    }
    if (nearest) nearest.used = true;
    return nearest !== undefined;
  }

  /** A log may be long: looked at one by one for each of its lines, the calls would take hours. */
  #inOrder(key: string): readonly Call[] {
    const calls = this.#calls.get(key) ?? [];
    if (!this.#sorted.has(key)) calls.sort((a, b) => a.at - b.at);
    this.#sorted.add(key);
    return calls;
  }

  /** For the log of another webhook: one call each may have come from there. */
  renew(): void {
    for (const calls of this.#calls.values()) for (const call of calls) call.used = false;
  }
}

/** The place of the first that is not before. */
function firstSince(calls: readonly Call[], ms: number): number {
  let [low, high] = [0, calls.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((calls[middle] as Call).at < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The same for the same content, in whatever order its fields stand. A log may put what was sent into a list. */
function contentKey(event: string, body: unknown): string {
  const content = Array.isArray(body) && body.length === 1 ? (body[0] as unknown) : body;
  // What is nested deeper than can be written down is like nothing else, and so did not arrive.
  const text = toJson(content, inOrder) ?? randomUUID();
  return `${event} ${createHash('sha256').update(text).digest('base64url')}`;
}

const inOrder = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;
