import type { LearnerResult } from '../../domain/learner-result';
import type { CoursePoint } from '../../domain/run';
import { WaitError } from '../../errors';
import type { ListingPage } from '../../sources/source';
import type { Told } from '../../store/kept';
import type { CourseLedger } from '../../store/learner-ledger';
import type { Lease } from '../../store/leases';
import { courseLease, CourseBusyError } from './apply-course';
import {
  changedOf,
  type Comparison,
  noteArrived,
  noteRefused,
  noteSkipped,
  tellChanges,
  toldOf,
} from './changed-records';
import type { CompareCourse } from './comparing';
import { type FoundRow, type Go, type Reading, type PageReader, readCourseRows } from './course-rows';
import { Delivery } from './deliver';
import type { Engine } from '../engine';
import { type Hold, holdOf } from './post';
import type { Tally } from './tally';

/** A course that is not done: where to go on, and what must be known by then. */
export interface Interrupted {
  readonly point: CoursePoint;
  readonly told: readonly Told[];
  /** Milliseconds since 1970. */
  readonly dueAt: number;
  /** When the sink asked for the pause: what was counted before this go, whose pages are read, and counted, again. */
  readonly soFar?: Pick<Tally, 'counts' | 'notes'>;
}

/**
 * Reads a course's results under the course's lease, and sends what the ledger does not know.
 * @param only leaves the other rows alone, uncounted.
 * @throws CourseBusyError while another worker has the course; what the source and the sink throw.
 */
export async function compareCourse(
  what: CompareCourse,
  courseId: string,
  page: PageReader,
  only?: (record: LearnerResult) => boolean,
): Promise<void> {
  await compareInGoes(what, courseId, page, { only });
}

/**
 * The same, as far as one go gets. What was read so far is told before the course is let go: what a row says must
 * not be sent once it may have changed, and rows, which name people, are kept nowhere.
 * @returns undefined when the course is done.
 * @throws WaitError when this go got no further than the one before.
 */
export async function compareInGoes(
  what: CompareCourse,
  courseId: string,
  page: PageReader,
  { only, go }: { readonly only?: (record: LearnerResult) => boolean; readonly go?: Go },
): Promise<Interrupted | undefined> {
  const { engine, feed } = what;
  const lease = await engine.leases.acquire(courseLease(feed, courseId));
  if (!lease) throw new CourseBusyError(courseId);
  const signal = AbortSignal.any([what.signal, lease.lost]);
  const { counts, notes } = what.tally;
  what.tally.hold = holdOf(what.hold, lease);
  try {
    const ledger = await engine.learnerLedger.load(feed, courseId);
    if (await isOnItsWay(engine, ledger, lease.name)) throw new CourseBusyError(courseId);
    // What is in doubt counts as unknown. So once all that a go had to send has arrived there is no doubt left,
    // however much of the course is still to come: what is unknown is sent when it is read.
    const forgotten = ledger.doubt && only === undefined;
    const records = new Map(forgotten ? [] : ledger.records);
    const reading = await readCourseRows({
      what: { ...what, signal },
      courseId,
      page,
      only,
      go,
      known: records,
    });
    const sent = await tell({ ...what, signal }, courseId, { reading, ledger, records, lease, only });
    if (sent.pause)
      return { ...interruptedBySink(reading, sent.arrived, go, sent.pause), soFar: { counts, notes } };
    if (!reading.stopped) return undefined;
    const told = [...reading.found.values()].map((one) =>
      toldOf(one, what.dryRun ? one.hash : (records.get(one.key) ?? '')),
    );
    return { ...reading.stopped, told };
  } finally {
    what.tally.hold = what.hold;
    await lease.release();
  }
}

/** Whether another worker's batch with records of the course may still land: what is sent now could come before it. */
export async function isOnItsWay({ leases }: Engine, ledger: CourseLedger, own: string): Promise<boolean> {
  const { doubt, sender } = ledger;
  return doubt && sender !== undefined && sender !== own && (await leases.isHeld(sender));
}

interface ToTell {
  readonly reading: Reading;
  readonly ledger: CourseLedger;
  /** What the ledger will say: brought up to date here. */
  readonly records: Map<string, string>;
  readonly lease: Lease;
  readonly only: unknown;
}

/** @returns what arrived, and the pause that the sink asked for before all had. */
async function tell(
  what: CompareCourse,
  courseId: string,
  { reading, ledger, records, lease, only }: ToTell,
): Promise<{ arrived: readonly FoundRow[]; pause?: WaitError }> {
  const { engine, feed, tally, dryRun, force } = what;
  const course = { tally, ledger, records };
  const send = await changedOf(reading.found.values(), course, force);
  if (dryRun) {
    tellChanges(send, course);
    return { arrived: [] };
  }
  if (send.length === 0 && !ledger.doubt) return { arrived: [] };
  const etag = await engine.learnerLedger.markDoubt(feed, courseId, ledger.etag, lease.name);
  const arrived = new Set<FoundRow>();
  const save = (): Promise<void> =>
    engine.learnerLedger.save(feed, courseId, records, etag, {
      // One learner's rows say nothing of the others, whose acknowledgement may still be unknown.
      doubt: only !== undefined && ledger.doubt,
    });
  try {
    await deliver(what, holdOf(what.hold, lease), send, course, arrived);
  } catch (error) {
    if (!(error instanceof WaitError)) throw error;
    // Else a sink that asks for pauses again and again would be told the same again and again. Whether the rest
    // arrived is not known: it counts as unknown to the sink.
    for (const one of send) if (!arrived.has(one)) records.delete(one.key);
    await save();
    return { arrived: [...arrived], pause: error };
  }
  await save();
  return { arrived: [...arrived] };
}

/** @throws WaitError when nothing arrived, or the work cannot be taken up again. */
function interruptedBySink(
  { found }: Reading,
  arrived: readonly FoundRow[],
  go: Go | undefined,
  pause: WaitError,
): Interrupted {
  if (!go || arrived.length === 0) throw pause;
  const before = [...found.values()].filter((one) => one.arrived);
  const told = [...before, ...arrived].map((one) => ({ ...toldOf(one, one.hash), again: true }));
  return { point: go.resume ?? { cursor: undefined, rows: 0 }, told, dueAt: pause.until };
}

async function deliver(
  what: CompareCourse,
  hold: Hold,
  send: readonly FoundRow[],
  course: Comparison,
  arrived: Set<FoundRow>,
): Promise<void> {
  const { engine, feed, destination, to, signal, keyPrefix } = what;
  const delivery = new Delivery<FoundRow>({
    sink: destination,
    kind: 'consumption',
    sourceSystemId: to.sourceSystemId,
    signal,
    hold,
    keyPrefix,
    beforeBatch: async () => engine.onStep?.('before post', feed),
    onAcknowledged: async (batch) => {
      await engine.onStep?.('after post', feed);
      for (const one of batch) arrived.add(one);
      await noteArrived(batch, course);
    },
    onRefused: (one, error) => noteRefused(one, error, course),
    onSkipped: (one, reason) => noteSkipped(one, reason, course),
  });
  try {
    for (const one of send) await delivery.add(one.encoded.json, one);
    await delivery.drain();
  } finally {
    await delivery.settle();
  }
}

/** All rows of a listing, page by page. */
export async function* rowsOf<T>(page: (cursor: string | undefined) => Promise<ListingPage<T>>) {
  let cursor: string | undefined;
  do {
    const { rows, next } = await page(cursor);
    yield* rows;
    cursor = next;
  } while (cursor !== undefined);
}
