import type { CourseLedger } from '../../store/learner-ledger';
import type { Told } from '../../store/kept';
import { changeOf, isUnchanged } from '../why-not-sent';
import type { FoundRow } from './course-rows';
import type { Outcomes } from './deliver';
import type { Sending } from './sending';
import type { Tally } from './tally';

/** One course's records against the ledger: what is sent, and what becomes of it. */
export interface Comparison {
  readonly tally: Tally;
  readonly ledger: CourseLedger;
  /** What the ledger will say, key hash to content hash: brought up to date as records arrive. */
  readonly records: Map<string, string>;
}

/**
 * The records that the destination does not have as they are now. The others are counted; in a dry run these are told
 * of instead.
 */
export async function changedOf(
  found: Iterable<FoundRow>,
  { tally, ledger, records }: Comparison,
  { force, dryRun }: Pick<Sending, 'force' | 'dryRun'>,
): Promise<FoundRow[]> {
  const { doubt } = ledger;
  const changed: FoundRow[] = [];
  const unchanged: FoundRow[] = [];
  for (const one of found)
    if (one.arrived) tally.sent();
    else if (force || !isUnchanged({ hash: records.get(one.key), doubt }, one.hash)) changed.push(one);
    else {
      tally.unchanged();
      unchanged.push(one);
    }
  // They are well again: what stands in quarantine of them is over.
  await tally.arrived(unchanged.map(({ row }) => row));
  if (!dryRun) return changed;
  for (const { key, row } of changed) {
    tally.sent();
    const change = changeOf({ hash: ledger.records.get(key), doubt });
    tally.change({ change, courseId: row.record.courseId, detail: row.record.status });
  }
  return [];
}

/** What becomes of a course's records, in its counts and in what the ledger will say. */
export const outcomesOf = ({ tally, records }: Comparison): Outcomes<FoundRow> => ({
  onAcknowledged: (arrived) => {
    for (const { key, hash } of arrived) {
      records.set(key, hash);
      tally.sent();
    }
    return tally.arrived(arrived.map(({ row }) => row));
  },
  // Not known at the destination: the next scan tries again.
  onRefused: ({ key, row }, error) => {
    records.delete(key);
    return tally.refused(row, error, row.record.courseId);
  },
  // There is nobody to be told: the next scan asks again.
  onSkipped: ({ key, row }, reason) => {
    records.delete(key);
    tally.skipped(reason);
    return tally.arrived([row]);
  },
});

/** What the next attempt needs to know of a record. @param hash as the ledger has it. */
export const toldOf = ({ key, row: { record } }: FoundRow, hash: string): Told => ({
  key,
  hash,
  status: record.status,
  at: record.at,
});
