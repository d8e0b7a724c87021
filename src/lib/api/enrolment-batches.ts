import { z } from 'zod';
import type { App } from '../app';
import { type EnrolmentRow, rowStates } from '../domain/enrolment-batch';
import { isBatchId } from '../enrolments/batch';
import { batchCounts } from '../enrolments/work-to-end';
import { type Answer, json, problem } from './answer';
import { limitParameter } from './requests';

export const batchQuery = z.strictObject({
  state: z
    .enum(rowStates)
    .optional()
    .meta({ description: 'Only rows in this state', examples: ['failed'] }),
  limit: limitParameter,
  next: z
    .string()
    .regex(/^\d{1,9}$/, 'must be what the page before gave as next')
    .optional()
    .meta({ description: 'What the page before gave as `next`' }),
});

/** How far a batch is, with a page of its rows in their order. Names nobody: the caller knows who is in which row. */
export async function getBatch(
  app: App,
  batchId: string,
  { state, limit = 50, next }: z.output<typeof batchQuery>,
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
  const rows: EnrolmentRow[] = [];
  const after = next === undefined ? undefined : Number(next);
  for await (const row of enrolments.rows(batchId, { state, after, pageSize: limit + 1 }))
    if (rows.push(row) > limit) break;
  const more = rows.length > limit;
  const shown = rows.slice(0, limit);
  return json(200, {
    batchId,
    state: batch.state,
    counts,
    results: shown.map(rowView),
    ...(more && { next: String(shown.at(-1)?.row) }),
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
