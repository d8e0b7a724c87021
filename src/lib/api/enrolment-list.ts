import { z } from 'zod';
import type { App } from '../app';
import type { EnrolmentBatch } from '../domain/enrolment-batch';
import { utc } from '../domain/time';
import { batchCounts } from '../enrolments/work-to-end';
import { type Answer, json } from './answer';
import { limitParameter } from './requests';

export const batchesQuery = z.strictObject({
  state: z
    .enum(['running', 'done'])
    .optional()
    .meta({ description: 'Only batches in this state', examples: ['running'] }),
  limit: limitParameter,
  next: z
    .string()
    .regex(/^\d{13}-[0-9a-f]{32}$/, 'must be what the page before gave as next; leave it out to start anew')
    .optional()
    .meta({ description: 'What the page before gave as `next`' }),
});

/** Batches of enrolments and removals, newest first. @param base the address of the API. */
export async function listBatches(
  app: App,
  { state, limit = 50, next }: z.output<typeof batchesQuery>,
  base: string,
): Promise<Answer> {
  const found = await readBatches(app, { state, after: next, most: limit + 1 });
  const batches = await Promise.all(found.slice(0, limit).map((batch) => batchView(app, batch)));
  return json(200, {
    enrolments: batches.map((batch) => ({ ...batch, url: `${base}/enrolments/${batch.batchId}` })),
    ...(found.length > limit && { next: placeOf(found[limit - 1]) }),
  });
}

interface Wanted {
  readonly state?: EnrolmentBatch['state'] | undefined;
  /** The place of the batch before. */
  readonly after?: string | undefined;
  readonly most: number;
}

/** The newest batches, newest first. */
export async function readBatches(
  { engine }: App,
  { state, after, most }: Wanted,
): Promise<EnrolmentBatch[]> {
  const all = await engine.enrolments.newest();
  const start =
    after === undefined ? 0 : all.findIndex(({ since, batchId }) => isAfter(after, since, batchId));
  const found: EnrolmentBatch[] = [];
  if (start < 0) return found;
  for (const { batchId } of all.slice(start)) {
    const batch = await engine.enrolments.read(batchId);
    if (batch && (state === undefined || batch.state === state) && found.push(batch) >= most) break;
  }
  return found;
}

/** Whether a batch comes after a place, which may have been deleted meanwhile. */
function isAfter(place: string, since: number, batchId: string): boolean {
  const [time = '', id = ''] = place.split('-');
  return since < Number(time) || (since === Number(time) && batchId.localeCompare(id) > 0);
}

const placeOf = (batch: EnrolmentBatch | undefined): string | undefined =>
  batch && `${String(batch.createdAt).padStart(13, '0')}-${batch.batchId}`;

/** A batch as lists show it; names nobody. */
export const batchView = async ({ engine }: App, batch: EnrolmentBatch) => ({
  batchId: batch.batchId,
  action: batch.action,
  state: batch.state,
  createdAt: utc(batch.createdAt),
  counts: await batchCounts(engine, batch),
});
export type BatchView = Awaited<ReturnType<typeof batchView>>;
