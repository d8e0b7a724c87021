import type { ListingPoint } from '../../domain/run';
import { PayloadError, WaitError } from '../../errors';
import type { CatalogFeed } from '../../sources/source';
import { originOf } from '../engine';
import { applyCourse } from '../deliver/apply-course';
import { tooGreatLoss } from '../deliver/deletion-guard';
import { Listing, Pause } from './listing';
import { finished, keyPrefix, type SliceContext, type SliceOutcome } from './context';

/**
 * Reads a whole catalog, sends what changed since the sink was last told, and withdraws what is gone. One that
 * takes too long, or is asked to pause, stops between two pages and goes on from there later.
 */
export async function workListing(
  context: SliceContext,
  feed: CatalogFeed,
  resume?: ListingPoint,
): Promise<SliceOutcome> {
  const listing = new Listing(context, context.tally);
  await listing.begin(resume !== undefined);
  try {
    if (!resume || resume.cursor !== undefined) await listing.readWhole(feed, resume);
    await takeBackMissing(context, listing);
  } catch (error) {
    if (!(error instanceof Pause)) throw error;
    for (const courseId of listing.conflicts()) await workCatalogCourse(context, courseId);
    const { resume: point, dueAt } = error;
    return { state: 'paused', work: { type: 'listing', resume: point }, seen: listing.seen(), dueAt };
  }
  return finished(context);
}

async function takeBackMissing(context: SliceContext, listing: Listing): Promise<void> {
  const missing = listing.missing();
  const { engine, feed, run } = context;
  const loss = run.request.allowDeletes ? undefined : await tooGreatLoss(engine, feed, missing);
  if (loss) {
    const byEvents = loss.gone - missing.length;
    const more = byEvents > 0 ? `, ${byEvents} of them withdrawn by events within a day` : '';
    throw new PayloadError(
      `${loss.gone} of ${loss.known} courses are missing from the listing of ${feed.source}${more}; nothing was deleted: if they are really gone, sync again with allowDeletes`,
    );
  }
  // Each is read once more by itself before it is withdrawn; the same goes for what a webhook touched meanwhile.
  for (const courseId of [...listing.conflicts(), ...missing]) {
    if (engine.now() > context.deadline) throw new Pause({ cursor: undefined, rows: 0 }, engine.now());
    await workCatalogCourse(context, courseId).catch((error: unknown) => {
      throw error instanceof WaitError ? new Pause({ cursor: undefined, rows: 0 }, error.until) : error;
    });
    listing.settled(courseId);
  }
}

/** One course of the catalog, by its detail. */
export async function workCatalogCourse(context: SliceContext, courseId: string): Promise<void> {
  const { engine, run, open, signal, tally } = context;
  await applyCourse(courseId, {
    engine,
    open,
    tally,
    signal,
    // What the listing itself put in doubt is not on its way any more when this is asked.
    hold: context.lease,
    keyPrefix: keyPrefix(context),
    to: originOf(open, run.createdAt),
    dryRun: run.dryRun,
    force: run.mode === 'full',
  });
}
