import type { EnrolmentAction } from '../domain/enrolment-batch';
import {
  AuthError,
  InputError,
  PayloadError,
  RefusedError,
  RetryableError,
  UnsupportedError,
  WaitError,
} from '../errors';
import type { Enrolment, Enrolments } from '../sources/source';
import { shortHash } from '../store/keys';
import type { Lease } from '../store/leases';
import type { Engine } from '../sync/engine';
import type { AskedEnrolment } from './request';

/** Of one that a caller waits for: the host must answer within 230 s. */
const promptMs = 120_000;

/** Another call of the same learner at the same source goes on: its holder lives. Nothing was asked. */
export class LearnerBusyError extends Error {
  override readonly name = 'LearnerBusyError';
}

/**
 * Looks whether a source can do what is asked, without asking it.
 * @throws UnsupportedError, InputError, SettingsError.
 */
export function checkAsked(engine: Engine, action: EnrolmentAction, asked: AskedEnrolment): void {
  const { source } = engine.openSource(asked.source);
  can(source, action).check(enrolmentOf(asked));
}

/**
 * Enrols a learner, or removes one. One call a learner and source at a time, over all instances: sources look before
 * they act, and two that looked at the same time would both act.
 * @param stop aborts when the host stops.
 * @param deadlineMs where nobody waits for the answer it may be long: calls queue at a source that has a rate.
 * @throws as `Enrolments` says; RetryableError also when there was no time to see it through; LearnerBusyError.
 */
export async function perform(
  engine: Engine,
  action: EnrolmentAction,
  asked: AskedEnrolment,
  stop: AbortSignal,
  deadlineMs = promptMs,
): Promise<void> {
  checkAsked(engine, action, asked);
  const { source } = engine.openSource(asked.source);
  const lease = await turnOf(engine, asked, stop);
  const signal = AbortSignal.any([stop, lease.lost, AbortSignal.timeout(deadlineMs)]);
  try {
    const enrolment = enrolmentOf(asked);
    if (action === 'enrol') await can(source, action).enrol(enrolment, { signal });
    else await can(source, action).remove?.(enrolment, { signal });
  } catch (error) {
    if (!signal.aborted || isPlain(error)) throw error;
    throw new RetryableError(
      `The work at source ${asked.source} was broken off, and nobody can tell whether it happened; send the same again: the source is asked first`,
      undefined,
      { cause: error },
    );
  } finally {
    await lease.release();
  }
}

/** Waits for as long as the lease of a worker that died may last, so that whoever is busy after that lives. */
async function turnOf(
  engine: Engine,
  { source, learner }: AskedEnrolment,
  stop: AbortSignal,
): Promise<Lease> {
  const name = `learner-${source}-${shortHash(learner.email.trim().toLowerCase())}`;
  const lease = await engine.leases.acquireInTurn(name, stop);
  if (lease) return lease;
  if (stop.aborted)
    throw new RetryableError('The host is stopping, and nothing was asked; send the same again');
  throw new LearnerBusyError(
    `The same learner is being enrolled or removed at source ${source} by another call; try again in a moment`,
  );
}

function can(
  source: { readonly id: string; readonly sourceKind: string; readonly enrolments?: Enrolments },
  action: EnrolmentAction,
): Enrolments {
  if (source.enrolments?.[action]) return source.enrolments;
  const what = action === 'enrol' ? 'enrolments' : 'removals';
  throw new UnsupportedError(`The source ${source.id} (${source.sourceKind}) takes no ${what}`);
}

const enrolmentOf = ({ source: _, learner, ...rest }: AskedEnrolment): Enrolment => ({
  ...rest,
  learner: { ...learner, email: learner.email.trim().toLowerCase() },
});

/** It says by itself what came of it. */
const isPlain = (error: unknown): boolean =>
  [AuthError, InputError, PayloadError, RefusedError, RetryableError, WaitError].some(
    (kind) => error instanceof kind,
  );
