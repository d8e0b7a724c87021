import type { Course } from '../../domain/course';
import type { MappedRecord } from '../../domain/mapped';
import { type CatalogEntry, type CatalogWrite, tooLarge } from '../../store/catalog-ledger';
import { changeOf, isUnchanged } from '../why-not-sent';
import type { Sending } from './sending';

/**
 * A course as its source shows it, against the ledger. What is not to be sent is counted here.
 * @returns the ledger's row as it will be once the sink has acknowledged; `unchanged`: what stands in quarantine of it
 * is over; undefined: nothing is to be done.
 */
export async function catalogChange(
  row: MappedRecord<Course>,
  entry: CatalogEntry | undefined,
  { open, tally, to, dryRun, force }: Sending,
): Promise<CatalogWrite | 'unchanged' | undefined> {
  const courseId = row.record.id;
  const encoded = open.destination.encodeCourse(row.record, to);
  if (!encoded.ok) {
    tally.skipped(encoded.skipped);
    return undefined;
  }
  const { key, hash, json } = encoded;
  if (!force && isUnchanged(entry, hash)) {
    tally.unchanged();
    return 'unchanged';
  }
  const reason = tooLarge(json);
  if (reason) {
    await tally.quarantine({ ...row, reason, courseId });
    return undefined;
  }
  if (dryRun) {
    tally.sent();
    tally.change({ change: changeOf(entry), courseId, detail: row.record.name });
    return undefined;
  }
  return { entry: { courseId, key, hash, deleted: false, doubt: false }, json, etag: entry?.etag };
}

/** To be written before the course is sent. @param sender the lease under which it is sent. */
export const inDoubt = (write: CatalogWrite, sender: string): CatalogWrite => ({
  ...write,
  entry: { ...write.entry, doubt: true, sender },
});
