import type { Route } from '../domain/feed';
import { tooGreatLoss } from '../sync/deliver/deletion-guard';
import type { Engine } from '../sync/engine';

/** So many courses were said to be gone that it may be a fault of the source: this one stays. */
export class DeletionsHeldError extends Error {
  override readonly name = 'DeletionsHeldError';
}

/**
 * Lets an event withdraw a course, unless too many would be gone with it (see `tooGreatLoss`).
 * @throws DeletionsHeldError, which says how to go on.
 */
export async function guardDeletion(engine: Engine, route: Route, courseId: string): Promise<void> {
  const { source } = route;
  // Noted before it is counted: of two that are about to cross the line, none slips by.
  await engine.inbox.deletions.note(source, courseId, engine.now());
  const loss = await tooGreatLoss(engine, route, [courseId]);
  if (!loss) return;
  await engine.inbox.deletions.forget(source, courseId);
  throw new DeletionsHeldError(
    `Events withdrew ${loss.gone - 1} of ${loss.known} courses of ${source} within a day, so this one was left alone: ` +
      'if they are really gone, sync the catalog with allowDeletes',
  );
}
