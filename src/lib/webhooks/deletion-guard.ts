import type { Engine } from '../sync/engine';
import { guardAtLeast, guardShare } from '../sync/listing-slice';

const dayMs = 24 * 60 * 60_000;

/** So many courses were said to be gone that it may be a fault of the source: this one stays. */
export class DeletionsHeldError extends Error {
  override readonly name = 'DeletionsHeldError';
}

/**
 * Lets an event take back a course unless, with it, events took back a fifth of the catalog (and at least ten
 * courses) within a day. Courses that came back meanwhile do not count.
 * @throws DeletionsHeldError, which says how to go on.
 */
export async function guardDeletion(engine: Engine, source: string, courseId: string): Promise<void> {
  const now = engine.now();
  // Noted before it is counted: of two that are about to cross the line, none slips by.
  await engine.inbox.noteDeletion(source, courseId, now);
  const recent = await engine.inbox.deletionsSince(source, now - dayMs);
  if (recent.length < guardAtLeast) return;
  const ledger = await engine.catalogLedger.load(source);
  const gone = new Set(recent.filter((id) => id === courseId || ledger.get(id)?.deleted));
  const known = [...ledger.values()].filter((entry) => !entry.deleted || gone.has(entry.courseId)).length;
  if (gone.size < guardAtLeast || gone.size < known * guardShare) return;
  await engine.inbox.forgetDeletion(source, courseId);
  throw new DeletionsHeldError(
    `Events took back ${gone.size - 1} of ${known} courses of ${source} within a day, so this one was left alone: ` +
      'if they are really gone, sync the catalog with allowDeletes',
  );
}
