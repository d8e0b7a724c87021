import type { LearnerResult } from '../../domain/learner-result';
import type { CoursePoint } from '../../domain/run';
import { WaitError } from '../../errors';
import type { Told } from '../../store/kept';
import type { CourseLedger } from '../../store/learner-ledger';
import { changedOf, outcomesOf, toldOf } from './changed-records';
import {
  type FoundRow,
  type Go,
  type Reading,
  type PageReader,
  readCourseRows,
  type ReadingRows,
} from './course-rows';
import { type CourseTurn, takeCourse } from './course-turn';
import { deliveryOf } from './sending';
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
  what: ReadingRows,
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
export function compareInGoes(
  what: ReadingRows,
  courseId: string,
  page: PageReader,
  { only, go }: { readonly only?: (record: LearnerResult) => boolean; readonly go?: Go },
): Promise<Interrupted | undefined> {
  const { counts, notes } = what.tally;
  return takeCourse(what, courseId, async (turn) => {
    const mine = { ...what, signal: turn.signal };
    const ledger = await what.engine.learnerLedger.load(what.open.feed, courseId);
    await turn.assertLanded(ledger);
    // What is in doubt counts as unknown. So once all that a go had to send has arrived there is no doubt left,
    // however much of the course is still to come: what is unknown is sent when it is read.
    const forgotten = ledger.doubt && only === undefined;
    const records = new Map(forgotten ? [] : ledger.records);
    const reading = await readCourseRows({ what: mine, courseId, page, only, go, known: records });
    const sent = await tell(mine, courseId, turn, { reading, ledger, records, only });
    if (sent.pause)
      return { ...interruptedBySink(reading, sent.arrived, go, sent.pause), soFar: { counts, notes } };
    if (!reading.stopped) return undefined;
    const told = [...reading.found.values()].map((one) =>
      toldOf(one, what.dryRun ? one.hash : (records.get(one.key) ?? '')),
    );
    return { ...reading.stopped, told };
  });
}

interface ToTell {
  readonly reading: Reading;
  readonly ledger: CourseLedger;
  /** What the ledger will say: brought up to date here. */
  readonly records: Map<string, string>;
  readonly only: unknown;
}

/** @returns what arrived, and the pause that the sink asked for before all had. */
async function tell(
  what: ReadingRows,
  courseId: string,
  turn: CourseTurn,
  { reading, ledger, records, only }: ToTell,
): Promise<{ arrived: readonly FoundRow[]; pause?: WaitError }> {
  const { tally, dryRun } = what;
  const { learnerLedger } = what.engine;
  const { feed } = what.open;
  const course = { tally, ledger, records };
  const changed = await changedOf(reading.found.values(), course, what);
  if (dryRun || (changed.length === 0 && !ledger.doubt)) return { arrived: [] };
  const etag = await learnerLedger.markDoubt(feed, courseId, ledger.etag, turn.name);
  const arrived = new Set<FoundRow>();
  const outcomes = outcomesOf(course);
  const delivery = deliveryOf<FoundRow>(what, turn.hold, {
    ...outcomes,
    onAcknowledged: (batch) => {
      for (const one of batch) arrived.add(one);
      return outcomes.onAcknowledged(batch);
    },
  });
  let pause: WaitError | undefined;
  try {
    await delivery.sendAll(changed.map((one) => [one.encoded.json, one]));
  } catch (error) {
    if (!(error instanceof WaitError)) throw error;
    pause = error;
    // Else a sink that asks for pauses again and again would be told the same again and again. Whether the rest
    // arrived is not known: it counts as unknown to the sink.
    for (const one of changed) if (!arrived.has(one)) records.delete(one.key);
  }
  await learnerLedger.save(feed, courseId, records, etag, {
    // One learner's rows say nothing of the others, whose acknowledgement may still be unknown.
    doubt: only !== undefined && ledger.doubt,
  });
  return { arrived: [...arrived], ...(pause && { pause }) };
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
