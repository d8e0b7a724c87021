import { InputError, PayloadError, RetryableError } from '../errors';
import type { ListedWebhook, NamedEvents, WebhookAdmin, WebhookList } from '../sources/source';
import type { Registration } from '../store/registrations';
import type { Engine } from '../sync/engine';
import { nearest } from '../settings/read-group';
import { administered } from './admin';
import { addressHash, webhookAddress } from './webhook-address';

export interface RegisterRequest {
  readonly source: string;
  /** `https://<app>/api/webhooks/<source>` */
  readonly url: string;
  /** The function key. */
  readonly code: string | undefined;
  /** Left out: those that make a feed be looked at. */
  readonly events?: readonly string[];
  /** Creates also where a webhook of the event is there that was not created from here. */
  readonly add: boolean;
  readonly signal: AbortSignal;
}

/**
 * `created`, `moved` (it led elsewhere), `there`; `foreign`: one is there that was not created from here, and the
 * vendor does not tell where it leads; `elsewhere`: ours leads to another address, and cannot be changed from here.
 */
export type RegistrationOutcome = 'created' | 'moved' | 'there' | 'foreign' | 'elsewhere';

export interface Registered {
  readonly event: string;
  readonly id: string;
  readonly outcome: RegistrationOutcome;
  /** Holds the key. */
  readonly address: string;
}

export interface RegisterAnswer {
  readonly registered: readonly Registered[];
  /** As the vendor lists them afterwards. */
  readonly list: WebhookList;
}

/**
 * Sees to it that each event has one webhook that leads here. What was created is remembered, and what is about to be
 * created too, so that neither a second call nor one after a crash or a lost answer doubles anything.
 * @throws UnsupportedError, InputError; RetryableError while another does the same, or when nobody can tell whether a
 * webhook was created: the next call finds out.
 */
export async function registerWebhooks(engine: Engine, request: RegisterRequest): Promise<RegisterAnswer> {
  const { source, url, code, add } = request;
  const { admin, events } = administered(engine, source);
  const wanted = chosen(events, request.events);
  const addresses = new Map(wanted.map((event) => [event, webhookAddress(url, source, event, code)]));
  const lease = await engine.leases.acquire(`webhooks-${source}`);
  if (!lease)
    throw new RetryableError(`Somebody else sets up the webhooks of ${source}; try again in a moment`);
  try {
    const call = { signal: AbortSignal.any([request.signal, lease.lost]) };
    const before = await admin.list(call);
    const registered: Registered[] = [];
    for (const [event, address] of addresses) {
      const desk: Desk = { engine, source, admin, call, event, address, add };
      registered.push({ event, address, ...(await register(desk, before)) });
    }
    const list = await admin.list(call);
    for (const { event, id, outcome } of registered)
      if (outcome === 'created' && list.complete && !has(list, event, id))
        throw new PayloadError(
          `source ${source} said that it created webhook ${id} and does not list it for ${event}; look there`,
        );
    return { registered, list };
  } finally {
    await lease.release();
  }
}

interface Desk {
  readonly engine: Engine;
  readonly source: string;
  readonly admin: WebhookAdmin;
  readonly call: { readonly signal: AbortSignal };
  readonly event: string;
  readonly address: string;
  readonly add: boolean;
}

async function register(desk: Desk, list: WebhookList): Promise<Pick<Registered, 'id' | 'outcome'>> {
  const { engine, source, admin, call, event, address, add } = desk;
  const urlHash = addressHash(address);
  const all = await engine.registrations.of(source);
  const own = found(all.get(event), list);
  if (own?.id !== undefined) {
    const { id } = own;
    if (own.urlHash === urlHash) {
      await engine.registrations.put(source, own);
      return { id, outcome: 'there' };
    }
    if (!admin.update) return { id, outcome: 'elsewhere' };
    await admin.update(id, event, address, call);
    await engine.registrations.put(source, { ...own, urlHash });
    return { id, outcome: 'moved' };
  }
  const there = ofEvent(list, event).map(({ id }) => id);
  const [foreign] = there;
  if (foreign !== undefined && !add) return { id: foreign, outcome: 'foreign' };
  const pending: Registration = { event, id: undefined, urlHash, before: there };
  await engine.registrations.put(source, pending);
  return { id: await create(desk, pending), outcome: 'created' };
}

/** The registration with its id, as far as the vendor still has it. */
function found(own: Registration | undefined, list: WebhookList): Registration | undefined {
  if (!own) return undefined;
  if (own.id !== undefined) return !list.complete || has(list, own.event, own.id) ? own : undefined;
  // The answer was lost, or this process ended before it came: what is new since then is ours.
  const id = ofEvent(list, own.event).find((one) => !own.before.includes(one.id))?.id;
  return id === undefined ? undefined : { ...own, id };
}

async function create(desk: Desk, pending: Registration): Promise<string> {
  const { engine, source, admin, call, event, address } = desk;
  let lost: unknown;
  let id: string | undefined;
  try {
    id = await admin.create(event, address, call);
  } catch (error) {
    // Whether the call arrived is not known: it stays about to be created, and the next call looks for it.
    if (call.signal.aborted) throw error;
    if (!(error instanceof RetryableError || error instanceof PayloadError)) {
      // It said no: there is nothing to look for.
      await engine.registrations.forget(source, event);
      throw error;
    }
    lost = error;
  }
  id ??= found(pending, await admin.list(call))?.id;
  if (id === undefined)
    throw new RetryableError(
      `source ${source} gave no clear answer, and no new webhook for ${event} shows there; try again`,
      undefined,
      { cause: lost },
    );
  await engine.registrations.put(source, { ...pending, id });
  return id;
}

function chosen({ names }: NamedEvents, events: readonly string[] | undefined): readonly string[] {
  const known = Object.keys(names);
  if (!events) return known.filter((name) => names[name]);
  for (const event of events) {
    if (known.includes(event)) continue;
    const near = nearest(event, known);
    throw new InputError(
      'events',
      `There is no such event; ${near ? `did you mean ${near}?` : `there are ${known.join(', ')}`}`,
    );
  }
  return [...new Set(events)];
}

const ofEvent = ({ webhooks }: WebhookList, event: string): ListedWebhook[] =>
  webhooks.filter(({ events }) => events.includes(event));

const has = (list: WebhookList, event: string, id: string): boolean =>
  ofEvent(list, event).some((one) => one.id === id);
