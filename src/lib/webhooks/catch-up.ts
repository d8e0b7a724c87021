import type { Utc } from '../domain/time';
import { toMs, utc } from '../domain/time';
import { InputError, PayloadError, RefusedError } from '../errors';
import type { ListedWebhook, LoggedDelivery } from '../sources/source';
import type { Engine } from '../sync/engine';
import { administered, type Administered } from './admin';
import { Arrived } from './arrived';
import { keepEvent, newEvent } from './intake';
import { toJson } from './parse-json';
import { mostEventBytes } from './read-bytes';

export interface CatchUp {
  readonly source: string;
  readonly from: Utc;
  readonly signal: AbortSignal;
}

export interface CaughtUp {
  readonly from: Utc;
  /** Webhooks whose logs were read. */
  readonly webhooks: readonly string[];
  /** Deliveries in the logs since then. */
  readonly logged: number;
  readonly arrived: number;
  /** Taken from the log by an earlier call. */
  readonly before: number;
  /** Taken now. */
  readonly taken: number;
  /** Of those, how many whose content the log does not show: they stand for a look at everything. */
  readonly unseen: number;
  /** Rows of the logs that cannot be read. */
  readonly unreadable: number;
}

/** What is logged of longer than that is too much to compare at once. */
const mostDeliveries = 100_000;

/**
 * Takes in what a vendor's log says was sent and what never arrived, as if it came now. Safe to repeat: a delivery of
 * the log is one event, however often it is found.
 * @throws UnsupportedError, InputError, SettingsError, and what the vendor and storage throw; what was taken by then
 * is kept.
 */
export async function catchUp(engine: Engine, { source, from, signal }: CatchUp): Promise<CaughtUp> {
  const { open, admin, events } = administered(engine, source);
  if (toMs(from) > engine.now()) throw new InputError('from', `${from} lies in the future`);
  const { webhooks, unlisted } = await whoseLogs(engine, source, { open, admin, events }, signal);
  const count = { logged: 0, arrived: 0, before: 0, taken: 0, unseen: 0, unreadable: 0 };
  // The logs first: what they show has arrived by now, or never will.
  const logs = new Map<string, LoggedDelivery[]>();
  for (const { id } of webhooks)
    try {
      const { deliveries, unreadable } = await readLog(admin, id, from, signal);
      logs.set(id, deliveries);
      count.unreadable += unreadable;
    } catch (error) {
      // Deleted at the vendor, most likely: its log is gone with it, and the others are not to suffer for it.
      if (!(unlisted.has(id) && error instanceof RefusedError && error.status === 404)) throw error;
    }
  const arrived = new Arrived();
  for await (const call of engine.inbox.arrivals(source)) arrived.add(call, events);
  for (const [id, deliveries] of logs) {
    arrived.renew();
    // What the vendor says got through is looked for first. The oldest goes in first.
    const ordered = deliveries.toReversed().sort((a, b) => Number(a.failed) - Number(b.failed));
    for (const delivery of ordered) {
      signal.throwIfAborted();
      count.logged++;
      if (arrived.take(delivery)) {
        count.arrived++;
        continue;
      }
      const eventName = delivery.event;
      const given = { body: delivery.body, typeHeader: undefined, eventName };
      const event = newEvent(open, given, `log ${id} ${delivery.id}`, engine.now());
      // What is longer than a call may be is not kept: what is to be done about it was read all the same.
      const json = Buffer.from(toJson(delivery.body) ?? 'null');
      const bytes = json.length > mostEventBytes ? Buffer.from('null') : json;
      const isNew = await keepEvent(engine, event, {
        bytes,
        typeHeader: undefined,
        eventName,
        fromLog: true,
      });
      if (!isNew) count.before++;
      else {
        count.taken++;
        if (delivery.body === undefined) count.unseen++;
      }
    }
  }
  engine.log.info({ source, ...count }, 'webhook log caught up');
  return { from, webhooks: [...logs.keys()], ...count };
}

/**
 * The webhooks that were created from here. Where there is none of an event that a feed is looked at for, all of that
 * event: they may have been made by hand to lead here.
 */
async function whoseLogs(
  engine: Engine,
  source: string,
  { admin, events }: Administered,
  signal: AbortSignal,
): Promise<{ readonly webhooks: readonly ListedWebhook[]; readonly unlisted: ReadonlySet<string> }> {
  const { webhooks, complete } = await admin.list({ signal });
  const own = await engine.registrations.of(source);
  const known = new Set([...own.values()].flatMap(({ id }) => id ?? []));
  const unlisted = complete
    ? []
    : [...known]
        .filter((id) => !webhooks.some((one) => one.id === id))
        .map((id): ListedWebhook => ({ id, events: [] }));
  const covered = (event: string): boolean => {
    const id = own.get(event)?.id;
    return id !== undefined && [...webhooks, ...unlisted].some((one) => one.id === id);
  };
  // What else others are told, of orders and accounts, is not copied here for nothing.
  const hasUse = (event: string): boolean =>
    Boolean(Object.hasOwn(events.names, event) && events.names[event]);
  const mayLeadHere = ({ id, events: some }: ListedWebhook): boolean =>
    known.has(id) || some.some((event) => hasUse(event) && !covered(event));
  return {
    webhooks: [...webhooks.filter(mayLeadHere), ...unlisted],
    unlisted: new Set(unlisted.map(({ id }) => id)),
  };
}

async function readLog(
  admin: Administered['admin'],
  id: string,
  from: Utc,
  signal: AbortSignal,
): Promise<{ readonly deliveries: LoggedDelivery[]; readonly unreadable: number }> {
  const found = new Map<string, LoggedDelivery>();
  // A log's times are to the minute.
  const since = utc(Math.floor(toMs(from) / 60_000) * 60_000);
  let unreadable = 0;
  let cursor: string | undefined;
  do {
    const page = await admin.log(id, cursor, { signal });
    unreadable += page.unreadable;
    for (const delivery of page.deliveries)
      if (delivery.at === undefined || delivery.at >= since) found.set(delivery.id, delivery);
    if (found.size > mostDeliveries)
      throw new PayloadError(
        `The log of webhook ${id} holds more than ${mostDeliveries} deliveries since ${from}; give a later --from`,
      );
    // Newest first: once a whole page is older, so is the rest.
    const isOver = page.deliveries.length > 0 && page.deliveries.every(({ at }) => at && at < since);
    cursor = isOver ? undefined : page.next;
  } while (cursor !== undefined);
  return { deliveries: [...found.values()], unreadable };
}
