import { control } from '../control';
import type { Answer, PocketServer } from '../server';
import { type AcEvent, eventTitles, valueOf } from './events';
import { written } from './dates';
import { addOperation, type Given, invalid, lacking, notFound, pageAnswer, structured } from './gateway';
import type { AcademyState } from './state';

const listForm = 'Aug 26, 2020 12:00 AM';

export interface AcWebhook {
  readonly id: number;
  readonly url: string;
  /** Values of the lookup. */
  readonly events: readonly string[];
  readonly created: number;
}

/** A line of a webhook's log. */
export interface AcDelivery {
  readonly id: number;
  readonly webhookId: number;
  readonly event: string;
  readonly data: unknown;
  readonly status: 'success' | 'failed';
  readonly errorMessage: string;
  readonly at: number;
}

/** The webhooks: who wants which events, what was sent to them, and the sending. */
export class AcademyWebhooks {
  readonly hooks = new Map<number, AcWebhook>();
  readonly log: AcDelivery[] = [];
  private last: Promise<void> = Promise.resolve();
  private nextId = 3;

  constructor(private readonly state: AcademyState) {
    state.onEvent = (event) => this.send(event);
  }

  /** @param id of one that is changed. */
  put(url: string, events: readonly string[], id?: number): AcWebhook {
    const created = this.state.now();
    const hook = {
      created,
      ...(id !== undefined && this.hooks.get(id)),
      id: id ?? this.nextId++,
      url,
      events,
    };
    this.hooks.set(hook.id, hook);
    return hook;
  }

  /** In order, once each: whether the real one tries again is not published. */
  send(event: AcEvent): void {
    for (const hook of this.hooks.values())
      if (hook.events.includes(event.name)) this.last = this.last.then(() => this.post(hook, event));
  }

  /** Ends when all that was to be sent was answered. */
  async settled(): Promise<void> {
    for (let seen: unknown; seen !== this.last;) {
      seen = this.last;
      await this.last;
    }
  }

  private async post({ id: webhookId, url }: AcWebhook, { name, data, opaque }: AcEvent): Promise<void> {
    const { deliveries, opaqueEvents } = this.state.options;
    const body = opaqueEvents ? opaque : data;
    const errorMessage =
      deliveries === 'sent' ? await post(url, body) : deliveries === 'failed' ? 'timed out' : '';
    const status = errorMessage === '' ? 'success' : 'failed';
    const at = this.state.now();
    this.log.push({ id: this.log.length + 1, webhookId, event: name, data: body, status, errorMessage, at });
    if (this.log.length > 5_000) this.log.splice(0, 1_000);
  }
}

/** @returns what went wrong; empty when nothing did. */
async function post(url: string, body: unknown): Promise<string> {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'Content-Type': 'application/json' },
      redirect: 'manual',
      signal: AbortSignal.timeout(10_000),
    });
    await answer.arrayBuffer();
    return answer.ok ? '' : `answered with ${answer.status}`;
  } catch {
    return 'nobody listens there';
  }
}

/** Its calls, and `/_sandbox/webhooks {put?: [{url, events}], remove?: [id]}`, whose GET tells them and their log. */
export function addWebhooks(server: PocketServer, state: AcademyState, webhooks: AcademyWebhooks): void {
  const { options } = state;
  const created = (ms: number): string => written(ms, listForm, options.timeZone);
  const newestFirst = (given: Given): boolean => structured(given.order_by).direction === 'desc';

  // As documented it has no pages, and its counts may say more than it shows.
  addOperation(server, state, 'webhooks.list', (given) => {
    const all = [...webhooks.hooks.values()];
    if (newestFirst(given)) all.reverse();
    const records = all.slice(0, options.mostWebhooksListed).map(({ id, events, created: at }) => ({
      id,
      events: events.map((event) => eventTitles[event] ?? event).join(', '),
      author: 'Client Admin',
      created_at: created(at),
    }));
    return { status: 200, body: { recordsTotal: all.length, recordsFiltered: records.length, records } };
  });
  const save = (given: Given, id: number | undefined): Answer => {
    const refused = lacking(given, 'url', 'eventList');
    if (refused) return refused;
    const event = valueOf(String(given.eventList), options.eventList);
    if (event === undefined) return invalid('eventList', 'The selected event list is invalid.');
    const hook = webhooks.put(String(given.url), [event], id);
    const message = `Webhook ${id === undefined ? 'saved' : 'updated'} successfully`;
    return { status: 200, body: { id: String(hook.id), message } };
  };
  addOperation(server, state, 'webhooks.create', (given) => save(given, undefined));
  addOperation(server, state, 'webhooks.update', (given) =>
    webhooks.hooks.has(Number(given.id)) ? save(given, Number(given.id)) : notFound,
  );
  addOperation(server, state, 'webhooks.log', (given) => {
    const id = Number(given.id);
    if (!webhooks.hooks.has(id)) return notFound;
    const rows = webhooks.log.filter(({ webhookId }) => webhookId === id);
    if (newestFirst(given)) rows.reverse();
    return pageAnswer(given, state, rows, ({ id: row, event, data, status, errorMessage, at }) => ({
      id: row,
      event,
      data: options.logShowsData ? data : [],
      status,
      errorMessage,
      created_at: created(at),
      showData: options.logShowsData,
    }));
  });
  control(server, '/_sandbox/webhooks', (body) => {
    for (const { url, events } of (body.put ?? []) as Pick<AcWebhook, 'url' | 'events'>[])
      webhooks.put(url, events);
    for (const id of (body.remove ?? []) as number[]) webhooks.hooks.delete(id);
    return { webhooks: webhooks.hooks.size };
  });
  server.on('GET', '/_sandbox/webhooks', () => ({
    status: 200,
    body: { webhooks: [...webhooks.hooks.values()], log: webhooks.log },
  }));
}
