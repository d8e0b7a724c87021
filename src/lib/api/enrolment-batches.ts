import type { z } from 'zod';
import type { App } from '../app';
import type { EnrolmentRow } from '../domain/enrolment-batch';
import { isBatchId } from '../enrolments/batch';
import { batchCounts } from '../enrolments/work-to-end';
import { type Answer, json, problem } from './answer';
import { pageOf } from './page';
import type { batchQuery } from './requests';

/** How far a batch is, with a page of its rows in their order. Names nobody: the caller knows who is in which row. */
export async function getBatch(
  app: App,
  batchId: string,
  { state, limit, next }: z.output<typeof batchQuery>,
): Promise<Answer> {
  const { enrolments } = app.engine;
  const batch = isBatchId(batchId) ? await enrolments.read(batchId) : undefined;
  if (!batch)
    return problem({
      status: 404,
      title: 'No such batch',
      detail: 'No batch has this id, or it is older than RETENTION_DAYS',
    });
  const counts = await batchCounts(app.engine, batch);
  const after = next === undefined ? undefined : Number(next);
  const { entries, more } = await pageOf(
    (pageSize) => enrolments.rows(batchId, { state, after, pageSize }),
    limit,
  );
  return json(200, {
    batchId,
    state: batch.state,
    counts,
    results: entries.map(rowView),
    ...(more && { next: String(entries.at(-1)?.row) }),
  });
}

/** A row as the API shows it. */
export const rowView = ({ row, state, error, status }: EnrolmentRow) => ({
  row,
  state,
  ...(error !== undefined && { error }),
  ...(status !== undefined && { status }),
});
export type RowView = ReturnType<typeof rowView>;
