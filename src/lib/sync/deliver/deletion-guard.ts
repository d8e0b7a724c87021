import type { Route } from '../../domain/feed';
import type { Engine } from '../engine';

/** A catalog that loses this much is a fault of its source, not a clean-up. */
const guardShare = 0.2;
const guardAtLeast = 10;

const dayMs = 24 * 60 * 60_000;

/** What a catalog would have lost. */
export interface Loss {
  /** Courses that would be gone, with those that events withdrew within a day. */
  readonly gone: number;
  /** Courses that there would be, had none of them gone. */
  readonly known: number;
}

/**
 * Whether so many courses would be gone that it may be a fault of the source: a fifth of the catalog, and at least
 * ten. What webhooks withdrew within a day counts, unless it came back meanwhile, so that a source cannot lose a
 * fifth by each of the two ways.
 * @param going ids of the courses that are about to be withdrawn.
 * @returns undefined when they may go.
 */
export async function tooGreatLoss(
  engine: Engine,
  route: Route,
  going: readonly string[],
): Promise<Loss | undefined> {
  if (going.length === 0) return undefined;
  const recent = await engine.inbox.deletions.since(route.source, engine.now() - dayMs);
  if (going.length + recent.length < guardAtLeast) return undefined;
  const ledger = await engine.catalogLedger.load(route);
  const gone = new Set([...going, ...recent.filter((id) => ledger.get(id)?.deleted)]);
  const known = [...ledger.values()].filter((entry) => !entry.deleted || gone.has(entry.courseId)).length;
  const isTooGreat = gone.size >= guardAtLeast && gone.size >= known * guardShare;
  return isTooGreat ? { gone: gone.size, known } : undefined;
}
