import type { z } from 'zod';
import type { App } from '../app';
import type { EnrolmentBatch } from '../domain/enrolment-batch';
import { utc } from '../domain/time';
import { batchCounts } from '../enrolments/work-to-end';
import { type Answer, json } from './answer';
import { enrolmentOperations } from './operations/enrolments';
import { pathTo } from './operations/operation';
import { pageOf } from './page';
import type { batchesQuery } from './requests';

/** Batches of enrolments and removals, newest first. @param base the address of the API. */
export async function listBatches(
  app: App,
  { state, limit, next }: z.output<typeof batchesQuery>,
  base: string,
): Promise<Answer> {
  const { entries, more } = await pageOf(() => readBatches(app, { state, after: next }), limit);
  const batches = await Promise.all(entries.map((batch) => batchView(app, batch)));
  return json(200, {
    enrolments: batches.map((batch) => ({
      ...batch,
      url: `${base}/${pathTo(enrolmentOperations.getEnrolments, { batchId: batch.batchId })}`,
    })),
    ...(more && { next: placeOf(entries.at(-1)) }),
  });
}

interface Wanted {
  readonly state?: EnrolmentBatch['state'] | undefined;
  /** The place of the batch before. */
  readonly after?: string | undefined;
}

/** Batches, newest first. */
export async function* readBatches(
  { engine }: App,
  { state, after }: Wanted = {},
): AsyncGenerator<EnrolmentBatch> {
  const all = await engine.enrolments.newest();
  const start =
    after === undefined ? 0 : all.findIndex(({ since, batchId }) => isAfter(after, since, batchId));
  if (start < 0) return;
  for (const { batchId } of all.slice(start)) {
    const batch = await engine.enrolments.read(batchId);
    if (batch && (state === undefined || batch.state === state)) yield batch;
  }
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
