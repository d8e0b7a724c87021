import type { ListingPoint } from '../../domain/run';
import { PayloadError, WaitError } from '../../errors';
import type { CatalogFeed } from '../../sources/source';
import { applyCourse } from '../deliver/apply-course';
import { tooGreatLoss } from '../deliver/deletion-guard';
import { Listing, type ListingStopped } from './listing';
import { finished, type SliceContext, type SliceOutcome } from './context';

/**
 * Reads a whole catalog, sends what changed since the sink was last told, and withdraws what is gone. One that
 * takes too long, or is asked to pause, stops between two pages and goes on from there later.
 */
export async function workListing(
  context: SliceContext,
  feed: CatalogFeed,
  resume?: ListingPoint,
): Promise<SliceOutcome> {
  const listing = new Listing(context);
  await listing.begin(resume !== undefined);
  const isListed = resume !== undefined && resume.cursor === undefined;
  let stopped = isListed ? undefined : await listing.readWhole(feed, resume);
  stopped ??= await takeBackMissing(context, listing);
  if (!stopped) return finished(context);
  for (const courseId of listing.conflicts()) await applyCourse(courseId, context);
  const { resume: point, dueAt } = stopped;
  return { state: 'paused', work: { type: 'listing', resume: point }, seen: listing.seen(), dueAt };
}

/** @returns set when what is left of them is to be looked at later. */
async function takeBackMissing(context: SliceContext, listing: Listing): Promise<ListingStopped | undefined> {
  const missing = listing.missing();
  const { engine, open, run } = context;
  const loss = run.request.allowDeletes ? undefined : await tooGreatLoss(engine, open.feed, missing);
  if (loss) {
    const byEvents = loss.gone - missing.length;
    const more = byEvents > 0 ? `, ${byEvents} of them withdrawn by events within a day` : '';
    throw new PayloadError(
      `${loss.gone} of ${loss.known} courses are missing from the listing of ${open.feed.source}${more}; nothing was deleted: if they are really gone, sync again with allowDeletes`,
    );
  }
  const later = (dueAt: number): ListingStopped => ({ resume: { cursor: undefined, rows: 0 }, dueAt });
  // Each is read once more by itself before it is withdrawn; the same goes for what a webhook touched meanwhile.
  for (const courseId of [...listing.conflicts(), ...missing]) {
    if (engine.now() > context.deadline) return later(engine.now());
    try {
      await applyCourse(courseId, context);
    } catch (error) {
      if (error instanceof WaitError) return later(error.until);
      throw error;
    }
    listing.settled(courseId);
  }
  return undefined;
}
