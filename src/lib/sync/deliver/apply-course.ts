import type { Course } from '../../domain/course';
import { type Route, routeName } from '../../domain/feed';
import type { MappedRecord } from '../../domain/mapped';
import { ConflictError, PayloadError, RefusedError, RetryableError, UnsupportedError } from '../../errors';
import { type CatalogEntry, type CatalogWrite, tooLarge } from '../../store/catalog-ledger';
import { toKey } from '../../store/keys';
import type { Lease } from '../../store/leases';
import type { Origin } from '../../destinations/destination';
import type { Engine, OpenFeed } from '../engine';
import { refusesRecords } from './deliver';
import { holdOf, type Hold, post } from './post';
import type { Tally } from './tally';

export interface ApplyCourse {
  readonly engine: Engine;
  readonly open: OpenFeed;
  readonly tally: Tally;
  readonly signal: AbortSignal;
  readonly keyPrefix: string;
  readonly to: Origin;
  readonly dryRun: boolean;
  /** Send it even when it is unchanged. */
  readonly force: boolean;
  /** The caller's own lease, when it sends the course in other ways as well, and has nothing on its way now. */
  readonly hold?: Hold & Pick<Lease, 'name'>;
  /** Asked before a course is withdrawn; throws when it must not be. */
  readonly beforeDeletion?: (courseId: string) => Promise<void>;
}

/** Another worker holds the course's lease: come back in a moment. */
export class CourseBusyError extends RetryableError {
  constructor(courseId: string) {
    super(`Another worker is at the course ${courseId}`);
  }
}

/**
 * Brings the sink in step with one course as its source shows it now; one that is gone or hidden goes out as
 * deleted. Holds the course's lease from before the reading until after the acknowledgement.
 * @throws CourseBusyError while another worker has the course; what the source and the sink throw.
 */
export async function applyCourse(courseId: string, what: ApplyCourse): Promise<void> {
  const { engine, open } = what;
  const feed = open.source.catalog;
  if (!feed) throw new UnsupportedError(`The source ${open.source.id} publishes no catalog`);
  const lease = await engine.leases.acquire(courseLease(open.feed, courseId));
  if (!lease) throw new CourseBusyError(courseId);
  what.tally.hold = holdOf(what.hold, lease);
  try {
    const signal = AbortSignal.any([what.signal, lease.lost]);
    const course = await feed.read(courseId, { signal });
    if (course === undefined) return await takeBack(courseId, { ...what, signal }, lease);
    what.tally.read();
    if (!course.ok) return await what.tally.quarantine({ ...course, courseId });
    await give(course, { ...what, signal }, lease);
  } finally {
    what.tally.hold = what.hold;
    await lease.release();
  }
}

export const courseLease = (route: Route, courseId: string): string =>
  `course-${routeName(route)}-${toKey(courseId)}`;

/**
 * Whether another worker has put a course in doubt and may still be sending it: what is sent now could land before
 * that, and be hidden by it. A worker whose lease has ended has no POST on its way.
 */
export async function isBeingSent(
  { leases }: Engine,
  entry: CatalogEntry | undefined,
  ...own: readonly (string | undefined)[]
): Promise<boolean> {
  if (!entry?.doubt || entry.sender === undefined || own.includes(entry.sender)) return false;
  return leases.isHeld(entry.sender);
}

/** The course's entry in the ledger. @throws CourseBusyError while another worker's batch with it is on its way. */
async function entryOf(
  courseId: string,
  { engine, open, hold }: ApplyCourse,
  lease: Lease,
): Promise<CatalogEntry | undefined> {
  const entry = await engine.catalogLedger.read(open.feed, courseId);
  if (await isBeingSent(engine, entry, lease.name, hold?.name)) throw new CourseBusyError(courseId);
  return entry;
}

async function give(course: MappedRecord<Course>, what: ApplyCourse, lease: Lease): Promise<void> {
  const { engine, open, tally } = what;
  const courseId = course.record.id;
  const encoded = open.destination.encodeCourse(course.record, what.to);
  if (!encoded.ok) return tally.skipped(encoded.skipped);
  const entry = await entryOf(courseId, what, lease);
  if (entry && !entry.doubt && !entry.deleted && entry.hash === encoded.hash && !what.force) {
    tally.unchanged();
    // It is well again: what stands in quarantine of it is over.
    await tally.arrived([course]);
    return;
  }
  const reason = tooLarge(encoded.json);
  if (reason) return tally.quarantine({ ...course, reason, courseId });
  const change = entry && !entry.deleted ? 'updated' : 'created';
  if (what.dryRun) {
    tally.sent();
    return tally.change({ change, courseId, detail: course.record.name });
  }
  const next = { courseId, key: encoded.key, hash: encoded.hash, deleted: false };
  const [etag] = await engine.catalogLedger.write(open.feed, [
    { entry: { ...next, doubt: true, sender: lease.name }, json: encoded.json, etag: entry?.etag },
  ]);
  const refused = await send(encoded.json, what, lease);
  if (refused)
    return tally.quarantine({ ...course, reason: refused.message, status: refused.status, courseId });
  await acknowledged(what, { entry: { ...next, doubt: false }, json: encoded.json, etag });
  tally.sent();
  await tally.arrived([course]);
}

async function takeBack(courseId: string, what: ApplyCourse, lease: Lease): Promise<void> {
  const { engine, open, tally } = what;
  const source = open.source.id;
  const entry = await entryOf(courseId, what, lease);
  if (!entry || (entry.deleted && !entry.doubt)) return;
  if (what.dryRun) {
    tally.deleted();
    return tally.change({ change: 'deleted', courseId, detail: 'gone or hidden at the source' });
  }
  await what.beforeDeletion?.(courseId);
  const last = await engine.catalogLedger.lastJson(open.feed, courseId);
  if (last === undefined)
    throw new PayloadError(`The catalog ledger of ${source} cannot be read for ${courseId}; delete its row`);
  const json = open.destination.encodeDeletion(last, what.to);
  const next = { courseId, key: entry.key, hash: entry.hash, deleted: true };
  const [etag] = await engine.catalogLedger.write(open.feed, [
    { entry: { ...next, doubt: true, sender: lease.name }, json, etag: entry.etag },
  ]);
  const refused = await send(json, what, lease);
  if (refused) {
    tally.read();
    const raw: unknown = JSON.parse(json);
    const { message: reason, status } = refused;
    return tally.quarantine({ key: courseId, raw, reason, status, courseId });
  }
  await acknowledged(what, { entry: { ...next, doubt: false }, json, etag });
  await tally.arrived([{ key: courseId, raw: undefined }]);
  tally.deleted();
  engine.log.info({ ...open.feed, courseId }, 'course withdrawn');
}

/** @throws ConflictError when a listing sent the course at the same time: it is in doubt then, and sent again. */
async function acknowledged({ engine, open }: ApplyCourse, write: CatalogWrite): Promise<void> {
  try {
    await engine.catalogLedger.write(open.feed, [write]);
  } catch (error) {
    if (error instanceof ConflictError)
      await engine.catalogLedger.putInDoubt(open.feed, write.entry.courseId);
    throw error;
  }
}

/** @returns why the sink refused the course; undefined when it has acknowledged it. */
async function send(json: string, what: ApplyCourse, lease: Lease): Promise<RefusedError | undefined> {
  const { engine, open } = what;
  const { feed } = open;
  await engine.onStep?.('before post', feed);
  const batch = {
    kind: feed.kind,
    sourceSystemId: what.to.sourceSystemId,
    json: Buffer.from(`[${json}]`),
    count: 1,
  };
  try {
    const notTaken = await post(open.destination, batch, { ...what, hold: holdOf(what.hold, lease) });
    const [verdict] = notTaken.values();
    if (verdict && 'skipped' in verdict) return new RefusedError(verdict.skipped, 422);
    if (verdict?.error instanceof RefusedError) return verdict.error;
    if (verdict) throw verdict.error;
  } catch (error) {
    if (!refusesRecords(error)) throw error;
    return error;
  }
  await engine.onStep?.('after post', feed);
  return undefined;
}
