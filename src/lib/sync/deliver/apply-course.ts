import type { Course } from '../../domain/course';
import type { MappedRecord } from '../../domain/mapped';
import { ConflictError, PayloadError, RefusedError, UnsupportedError } from '../../errors';
import type { CatalogEntry, CatalogWrite } from '../../store/catalog-ledger';
import { isWithdrawn } from '../why-not-sent';
import { catalogChange, inDoubt } from './catalog-change';
import { type CourseTurn, takeCourse } from './course-turn';
import { deliveryOf, type Sending } from './sending';

export interface ApplyCourse extends Sending {
  /** Asked before a course is withdrawn; throws when it must not be. */
  readonly beforeDeletion?: (courseId: string) => Promise<void>;
}

/**
 * Brings the sink in step with one course as its source shows it now; one that is gone or hidden goes out as
 * deleted. A caller that sends the course in other ways as well has nothing of it on its way now.
 * @throws CourseBusyError while another worker has the course; what the source and the sink throw.
 */
export async function applyCourse(courseId: string, what: ApplyCourse): Promise<void> {
  const { open, tally } = what;
  const feed = open.source.catalog;
  if (!feed) throw new UnsupportedError(`The source ${open.source.id} publishes no catalog`);
  await takeCourse(what, courseId, async (turn) => {
    const mine = { ...what, signal: turn.signal };
    const course = await feed.read(courseId, { signal: turn.signal });
    if (course === undefined) return takeBack(courseId, mine, turn);
    tally.read();
    if (!course.ok) return tally.quarantine({ ...course, courseId });
    return give(course, mine, turn);
  });
}

/** The course's entry in the ledger. @throws CourseBusyError while another worker's batch with it is on its way. */
async function entryOf(
  courseId: string,
  { engine, open }: ApplyCourse,
  turn: CourseTurn,
): Promise<CatalogEntry | undefined> {
  const entry = await engine.catalogLedger.read(open.feed, courseId);
  await turn.assertLanded(entry);
  return entry;
}

async function give(course: MappedRecord<Course>, what: ApplyCourse, turn: CourseTurn): Promise<void> {
  const { tally } = what;
  const courseId = course.record.id;
  const change = await catalogChange(course, await entryOf(courseId, what, turn), what);
  if (change === 'unchanged') return tally.arrived([course]);
  if (!change) return;
  const refused = await send(change, what, turn, () => {
    tally.sent();
    return tally.arrived([course]);
  });
  if (refused) await tally.refused(course, refused, courseId);
}

async function takeBack(courseId: string, what: ApplyCourse, turn: CourseTurn): Promise<void> {
  const { engine, open, tally, dryRun } = what;
  const entry = await entryOf(courseId, what, turn);
  if (!entry || isWithdrawn(entry)) return;
  if (dryRun) {
    tally.deleted();
    return tally.change({ change: 'deleted', courseId, detail: 'gone or hidden at the source' });
  }
  await what.beforeDeletion?.(courseId);
  const last = await engine.catalogLedger.lastJson(open.feed, courseId);
  if (last === undefined)
    throw new PayloadError(
      `The catalog ledger of ${open.source.id} cannot be read for ${courseId}; delete its row`,
    );
  const json = open.destination.encodeDeletion(last, what.to);
  const { key, hash, etag } = entry;
  const write = { entry: { courseId, key, hash, deleted: true, doubt: false }, json, etag };
  const refused = await send(write, what, turn, async () => {
    await tally.arrived([{ key: courseId, raw: undefined }]);
    tally.deleted();
    engine.log.info({ ...open.feed, courseId }, 'course withdrawn');
  });
  if (!refused) return;
  tally.read();
  await tally.refused({ key: courseId, raw: JSON.parse(json) as unknown }, refused, courseId);
}

/**
 * Sends one course: in doubt before, acknowledged after.
 * @param onArrived once the ledger says so. @returns why the sink refused it; undefined when it arrived.
 * @throws ConflictError when a listing sent the course at the same time: it is in doubt then, and sent again.
 */
async function send(
  write: CatalogWrite,
  what: ApplyCourse,
  turn: CourseTurn,
  onArrived: () => Promise<void>,
): Promise<RefusedError | undefined> {
  const { catalogLedger } = what.engine;
  const { feed } = what.open;
  const [etag] = await catalogLedger.write(feed, [inDoubt(write, turn.name)]);
  const refusals: RefusedError[] = [];
  let hasArrived = false;
  const delivery = deliveryOf<CatalogWrite>(what, turn.hold, {
    onAcknowledged: async () => {
      try {
        await catalogLedger.write(feed, [{ ...write, etag }]);
      } catch (error) {
        if (error instanceof ConflictError) await catalogLedger.putInDoubt(feed, write.entry.courseId);
        throw error;
      }
      await onArrived();
      hasArrived = true;
    },
    onRefused: (_, error) => void refusals.push(error),
    onSkipped: (_, reason) => void refusals.push(new RefusedError(reason, 422)),
  });
  try {
    await delivery.sendAll([[write.json, write]]);
  } catch (error) {
    // A stop that came while it was under way changes nothing about what the sink answered.
    if (!hasArrived && refusals.length === 0) throw error;
  }
  return refusals[0];
}
