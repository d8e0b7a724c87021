import type { MappedRecord } from '../../domain/mapped';
import type { LearnerResult } from '../../domain/learner-result';
import type { WindowedFeed } from '../../sources/source';
import type { QuarantinedRecord, QuarantineEntry } from '../../store/quarantine-rows';
import { applyCourse } from '../deliver/apply-course';
import { compareCourse } from '../deliver/compare-course';
import { deliveryOf } from '../deliver/sending';
import { withProgress } from './course';
import { finished, type SliceContext, type SliceOutcome } from './context';

/**
 * Tries quarantined records again. It has its feed's turn, so nothing newer can be overtaken; a record that was
 * delivered meanwhile is no longer in quarantine, and is left alone. Rows of a windowed feed are mapped again as
 * they were kept, since no call asks for one of them; everything else is read anew from the source.
 */
export async function workReplay(context: SliceContext): Promise<SliceOutcome> {
  const { engine, run, open } = context;
  const entries = await engine.quarantine.entries(run.request.replay ?? []);
  const { consumption } = open.source;
  if (open.feed.kind === 'consumption' && consumption?.type === 'windowed')
    await remap(context, consumption, await recordsOf(context, entries));
  else if (open.feed.kind === 'catalog')
    for (const courseId of coursesOf(entries)) await applyCourse(courseId, context);
  else if (consumption?.type === 'scanned')
    for (const courseId of coursesOf(entries))
      await compareCourse(withProgress(context), courseId, (cursor, signal) =>
        consumption.page(courseId, cursor, { signal }),
      );
  return finished(context);
}

/** In the order of the request: worked again after a crash, the same batches are sent. */
async function recordsOf(
  { engine, run, tally }: SliceContext,
  entries: readonly QuarantineEntry[],
): Promise<QuarantinedRecord[]> {
  const there = new Set(entries.map(({ id }) => id));
  const records: QuarantinedRecord[] = [];
  for (const id of run.request.replay ?? []) {
    const record = there.has(id) ? await engine.quarantine.read(id) : undefined;
    if (record) records.push(record);
    else if (there.has(id))
      tally.note([{ text: 'a record stays in quarantine, since its row cannot be read', rows: 1 }]);
  }
  return records;
}

const coursesOf = (entries: readonly QuarantineEntry[]): Set<string> =>
  new Set(entries.flatMap(({ courseId }) => courseId ?? []));

async function remap(
  context: SliceContext,
  feed: WindowedFeed,
  records: readonly QuarantinedRecord[],
): Promise<void> {
  const { engine, open, tally, to } = context;
  const delivery = deliveryOf<{ row: MappedRecord<LearnerResult>; id: string }>(context, context.hold, {
    onAcknowledged: async (batch) => {
      for (const _ of batch) tally.sent();
      await engine.quarantine.clear(batch.map(({ id }) => id));
    },
    onRefused: ({ row }, error) => tally.refused(row, error, row.record.courseId),
    onSkipped: async ({ id }, reason) => {
      tally.skipped(reason);
      await engine.quarantine.clear([id]);
    },
  });
  try {
    for (const { raw, id } of records) {
      const row = feed.map(raw);
      tally.read();
      if (!row.ok) {
        await tally.quarantine(row);
        continue;
      }
      const encoded = open.destination.encodeProgress(row.record, to);
      if (encoded.ok) await delivery.add(encoded.json, { row, id });
      else {
        tally.skipped(encoded.skipped);
        await engine.quarantine.clear([id]);
      }
    }
    await delivery.drain();
  } finally {
    await delivery.settle();
  }
}
