import { type Route, routeName } from '../../domain/feed';
import { RetryableError } from '../../errors';
import { toKey } from '../../store/keys';
import type { LeaseStore } from '../../store/leases';
import { holdOf, type Hold } from './post';
import type { Sending } from './sending';

/** Another worker holds the course's lease: come back in a moment. */
export class CourseBusyError extends RetryableError {
  constructor(courseId: string) {
    super(`Another worker is at the course ${courseId}`);
  }
}

/** One sender's turn at a course. */
export interface CourseTurn extends Pick<Sending, 'signal'> {
  /** Of its lease: what it puts in doubt bears it. */
  readonly name: string;
  readonly hold: Hold;
  /** @throws CourseBusyError while what another worker sent of the course may still land. */
  assertLanded(known: InDoubt | undefined): Promise<void>;
}

/** What a ledger says of what was sent and not acknowledged yet. */
interface InDoubt {
  readonly doubt: boolean;
  /** The lease under which it was sent. */
  readonly sender?: string | undefined;
}

/**
 * Works on one course under its lease, from before the source is read until after the acknowledgement.
 * @throws CourseBusyError while another worker has the course; what `work` throws.
 */
export async function takeCourse<R>(
  { engine, open, tally, signal, hold: own }: Sending,
  courseId: string,
  work: (turn: CourseTurn) => Promise<R>,
): Promise<R> {
  const lease = await engine.leases.acquire(courseLease(open.feed, courseId));
  if (!lease) throw new CourseBusyError(courseId);
  const { name } = lease;
  const hold = holdOf(own, lease);
  tally.hold = hold;
  try {
    return await work({
      name,
      hold,
      signal: AbortSignal.any([signal, lease.lost]),
      assertLanded: async (known) => {
        if (await isOnItsWay(engine.leases, known, name, own?.name)) throw new CourseBusyError(courseId);
      },
    });
  } finally {
    tally.hold = own;
    await lease.release();
  }
}

export const courseLease = (route: Route, courseId: string): string =>
  `course-${routeName(route)}-${toKey(courseId)}`;

/**
 * Whether what another worker sent may still land: what is sent now could come before it, and be hidden by it. A
 * worker whose lease has ended has no POST on its way.
 */
export async function isOnItsWay(
  leases: LeaseStore,
  known: InDoubt | undefined,
  ...own: readonly (string | undefined)[]
): Promise<boolean> {
  if (!known?.doubt || known.sender === undefined || own.includes(known.sender)) return false;
  return leases.isHeld(known.sender);
}
