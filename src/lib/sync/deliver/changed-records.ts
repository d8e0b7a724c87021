import type { RefusedError } from '../../errors';
import type { CourseLedger } from '../../store/learner-ledger';
import type { Told } from '../../store/kept';
import type { FoundRow } from './course-rows';
import type { Tally } from './tally';

/** One course's records against the ledger: what is sent, and what becomes of it. */
export interface Comparison {
  readonly tally: Tally;
  readonly ledger: CourseLedger;
  /** What the ledger will say, key hash to content hash: brought up to date as records arrive. */
  readonly records: Map<string, string>;
}

/** The records that the destination does not have as they are now. The others are counted. @param force sends all. */
export async function changedOf(
  found: Iterable<FoundRow>,
  { tally, ledger, records }: Comparison,
  force: boolean,
): Promise<FoundRow[]> {
  const changed: FoundRow[] = [];
  const unchanged: FoundRow[] = [];
  for (const one of found)
    if (one.arrived) tally.sent();
    else if (force || ledger.doubt || records.get(one.key) !== one.hash) changed.push(one);
    else {
      tally.unchanged();
      unchanged.push(one);
    }
  // They are well again: what stands in quarantine of them is over.
  await tally.arrived(unchanged.map(({ row }) => row));
  return changed;
}

/** What a dry run tells instead of sending. */
export function tellChanges(changed: Iterable<FoundRow>, { tally, ledger }: Comparison): void {
  for (const { key, row } of changed) {
    tally.sent();
    const change = ledger.records.has(key) ? 'updated' : 'created';
    tally.change({ change, courseId: row.record.courseId, detail: row.record.status });
  }
}

export async function noteArrived(
  arrived: readonly FoundRow[],
  { tally, records }: Comparison,
): Promise<void> {
  for (const { key, hash } of arrived) {
    records.set(key, hash);
    tally.sent();
  }
  await tally.arrived(arrived.map(({ row }) => row));
}

/** Not known at the destination: the next scan tries again. */
export async function noteRefused(
  { key, row }: FoundRow,
  error: RefusedError,
  { tally, records }: Comparison,
): Promise<void> {
  records.delete(key);
  const { courseId } = row.record;
  await tally.quarantine({ ...row, reason: error.message, status: error.status, courseId });
}

/** There is nobody to be told: the next scan asks again. */
export async function noteSkipped(
  { key, row }: FoundRow,
  reason: string,
  { tally, records }: Comparison,
): Promise<void> {
  records.delete(key);
  tally.skipped(reason);
  await tally.arrived([row]);
}

/** What the next attempt needs to know of a record. @param hash as the ledger has it. */
export const toldOf = ({ key, row: { record } }: FoundRow, hash: string): Told => ({
  key,
  hash,
  status: record.status,
  at: record.at,
});
