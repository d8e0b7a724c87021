import { createHash } from 'node:crypto';
import type { LoggedDelivery, NamedEvents } from '../sources/source';
import type { Arrival } from '../store/inbox';
import { parseJson } from './parse-json';

/** Clocks differ, and a log's times are to the minute. */
const earlyMs = 2 * 60_000;
/** The same content may come late, on another try. */
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

  add({ bytes, eventName, receivedAt }: Arrival, events: NamedEvents): void {
    const event = eventName === undefined ? undefined : events.nameOf(eventName);
    if (event === undefined) return;
    const body = parseJson(bytes)?.value;
    // Found by its content or, when the log shows none, by its event alone: it is used up either way.
    const call: Call = { at: receivedAt, used: false };
    for (const key of [contentKey(event, body), event]) {
      const calls = this.#calls.get(key);
      if (calls) calls.push(call);
      else this.#calls.set(key, [call]);
    }
  }

  /** Uses up the call that fits, if there is one. */
  take({ event, body, at, failed }: LoggedDelivery): boolean {
    const isSeen = body !== undefined;
    if (event === undefined || (failed && !isSeen)) return false;
    const calls = this.#calls.get(isSeen ? contentKey(event, body) : event) ?? [];
    const logged = at === undefined ? undefined : Date.parse(at);
    const fits = calls.filter((call) => {
      const late = call.at - (logged ?? call.at);
      return !call.used && late >= -earlyMs && late <= (isSeen ? lateMs : lateUnseenMs);
    });
    const nearest = fits.sort(
      (a, b) => Math.abs(a.at - (logged ?? a.at)) - Math.abs(b.at - (logged ?? b.at)),
    )[0];
    if (nearest) nearest.used = true;
    return nearest !== undefined;
  }

  /** For the log of another webhook: one call each may have come from there. */
  renew(): void {
    for (const calls of this.#calls.values()) for (const call of calls) call.used = false;
  }
}

/** The same for the same content, in whatever order its fields stand. A log may put what was sent into a list. */
function contentKey(event: string, body: unknown): string {
  const content = Array.isArray(body) && body.length === 1 ? (body[0] as unknown) : body;
  return `${event} ${createHash('sha256')
    .update(JSON.stringify(content, inOrder) ?? '')
    .digest('base64url')}`;
}

const inOrder = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;
