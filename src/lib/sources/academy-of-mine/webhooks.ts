import type { Utc } from '../../domain/time';
import { RefusedError } from '../../errors';
import type { AcademySettings } from './settings';
import { Notes } from '../notes';
import { readVendorRow } from '../read-row';
import { safeWords } from '../safe-words';
import type { Call, ListedWebhook, LoggedDelivery, WebhookAdmin } from '../source';
import type { AcademyClient, Params } from './client';
import { readDate } from './dates';
import { readPage } from './pages';
import { logRow, page, webhookRow, webhookSaved } from './schema';
import { nameOf, webhookEvents, type AcademyEvent } from './webhook-events';

const newestFirst = { order_by: { colName: 'created_at', direction: 'desc' } } as const;

/** The webhooks of an Academy of Mine. Its list tells neither addresses nor, as documented, pages. */
export function academyWebhooks(client: AcademyClient, settings: AcademySettings): WebhookAdmin {
  const { timeZone, pageSize } = settings;
  const date = (text: string | null | undefined): Utc | undefined => {
    const read = readDate(text, timeZone);
    return read === 'none' || read === 'unreadable' ? undefined : read;
  };
  return {
    async list(call) {
      const { records: given, recordsTotal } = await client.read('webhooks.list', newestFirst, page, call);
      const records = given ?? [];
      const webhooks = records.flatMap((raw): ListedWebhook[] => {
        const row = readVendorRow(webhookRow, raw, ['id', 'events'], new Notes()).data;
        if (!row) return [];
        const names = row.events.flatMap((one) => one.split(','));
        const createdAt = date(row.created_at);
        return [
          {
            id: row.id,
            events: names.map((name) => nameOf(name) ?? safeWords(name)).filter(Boolean),
            ...(createdAt && { createdAt }),
          },
        ];
      });
      const complete = webhooks.length === records.length && (recordsTotal ?? 0) <= records.length;
      return { webhooks, complete };
    },
    async create(event, url, call) {
      // Where a site's path has an id even for a new one, the setting's `params` may say which.
      const place = client.namesInPath('webhooks.create', 'id') ? { id: '0' } : {};
      const { id } = await saved(event, (eventList) =>
        client.write('webhooks.create', { ...place, ...said(event, url), eventList }, webhookSaved, call),
      );
      return id ?? undefined;
    },
    ...(client.has('webhooks.update') && {
      async update(id: string, event: string, url: string, call: Call) {
        const { id: changed } = await saved(event, (eventList) =>
          client.write('webhooks.update', { id, ...said(event, url), eventList }, webhookSaved, call),
        );
        // The list tells no addresses: there is nothing else to see it by.
        if (changed !== id) throw client.wrong(`did not say that it changed webhook ${id}; try again`);
      },
    }),
    async log(id, cursor, call) {
      const params = { id, ...newestFirst };
      const { records, next } = await readPage(client, 'webhooks.log', params, pageSize, cursor, call);
      const deliveries = records.flatMap((raw): LoggedDelivery[] => {
        const row = readVendorRow(logRow, raw, ['id'], new Notes()).data;
        if (!row) return [];
        const { event, data, status, created_at } = row;
        return [
          {
            id: row.id,
            event: event ? (nameOf(event) ?? event.slice(0, 80)) : undefined,
            body: shownBody(data),
            at: date(created_at),
            failed: !/^\s*(success|2\d\d\s*$)/i.test(status ?? ''),
          },
        ];
      });
      return { deliveries, next, unreadable: records.length - deliveries.length };
    },
  };
}

const said = (event: string, url: string): Params => ({ url, description: `LMS Bridge: ${event}` });

/**
 * The document's words want an event's value and its example gives the title: where the one is refused, nothing was
 * saved, and the other is tried.
 */
async function saved<T>(event: string, save: (eventList: string) => Promise<T>): Promise<T> {
  try {
    return await save(event);
  } catch (error) {
    const title = webhookEvents[event as AcademyEvent];
    if (!(error instanceof RefusedError) || ![400, 422].includes(error.status)) throw error;
    try {
      return await save(title);
    } catch (second) {
      throw second instanceof RefusedError ? error : second;
    }
  }
}

/** The vendor's sample shows an empty list where the content is withheld. It may be text that holds JSON. */
function shownBody(data: unknown): unknown {
  let body = data;
  if (typeof data === 'string')
    try {
      body = JSON.parse(data);
    } catch {
      return undefined;
    }
  const isEmpty = typeof body !== 'object' || body === null || Object.keys(body).length === 0;
  return isEmpty ? undefined : body;
}
