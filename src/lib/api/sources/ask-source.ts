import type { App } from '../../app';
import {
  AuthError,
  InputError,
  PayloadError,
  RefusedError,
  RetryableError,
  SettingsError,
  UnsupportedError,
  WaitError,
} from '../../errors';
import type { Call, Source } from '../../sources/source';
import type { SourceSettings } from '../../settings/types';
import { stopping } from '../../stopping';
import { type Answer, answerFor, pauseAnswer, problem, refusalTitles } from '../answer';

/** Shorter than the 230 s after which Azure gives up on an answer, and than most gateways' patience. */
const deadlineMs = 100_000;

export interface AskedSource {
  readonly app: App;
  /** The source's id. */
  readonly id: string;
  /**
   * The caller named something of the vendor's (a course, a learner): its "not found" is 404. Otherwise it means that
   * the vendor's API is not where the settings say.
   */
  readonly named?: boolean;
  /** For tests. */
  readonly deadline?: number;
}

/**
 * Asks a source something while the caller waits, and turns what goes wrong into the answer it stands for.
 * @param ask gets the source, and the call to make it with: it ends at the deadline, and when the host stops.
 */
export async function askSource(
  { app, id, named = false, deadline = deadlineMs }: AskedSource,
  ask: (source: Source, call: Call, settings: SourceSettings) => Promise<Answer>,
): Promise<Answer> {
  if (!app.settings.sources.some((entry) => entry.id === id))
    return problem({
      status: 404,
      title: 'There is no such source',
      detail: `There is no source of that id; LMS_SOURCES names ${namesOf(app)}`,
    });
  const late = AbortSignal.timeout(deadline);
  try {
    const { source, settings } = app.engine.openSource(id);
    return await ask(source, { signal: AbortSignal.any([stopping, late]) }, settings);
  } catch (error) {
    if (stopping.aborted) return unavailable('The host is stopping', 5);
    if (late.aborted && !isTold(error)) return tooLate(id, deadline);
    return refusal(id, error, named, app.engine.now()) ?? answerFor(error);
  }
}

const namesOf = ({ settings }: App): string => settings.sources.map(({ id }) => id).join(', ') || 'none';

/** For a source that lacks what was asked for. @param what e.g. `tells no learners`. */
export const cannot = (source: Source, what: string): UnsupportedError =>
  new UnsupportedError(`The source ${source.id} (${source.sourceKind}) ${what}`);

const unavailable = (detail: string, seconds: number): Answer =>
  problem({ status: 503, title: 'Not available now', detail }, { 'retry-after': String(seconds) });

const tooLate = (id: string, deadline: number): Answer =>
  problem({
    status: 504,
    title: 'The source took too long',
    detail: `The source ${id} gave no full answer within ${deadline / 1000} s; try again later, or ask for fewer with limit`,
  });

const isTold = (error: unknown): boolean =>
  [
    AuthError,
    InputError,
    PayloadError,
    RefusedError,
    RetryableError,
    SettingsError,
    UnsupportedError,
    WaitError,
  ].some((kind) => error instanceof kind);

/** The vendor's own no, with a status that means something to the caller. @param now milliseconds since 1970. */
function refusal(id: string, error: unknown, named: boolean, now: number): Answer | undefined {
  // A made-up or outdated place is a request that is wrong, whoever notices.
  if (error instanceof InputError && ['next', 'limit'].includes(error.field))
    return problem({
      status: 400,
      title: 'The request is wrong',
      detail: `${error.field} ${error.message}`,
      errors: [{ field: error.field, message: error.message }],
    });
  if (error instanceof WaitError) return pauseAnswer(id, error, now);
  if (!(error instanceof RefusedError) || !named) return undefined;
  // A no in a 200; T-book's 402: nothing was wrong with the call, and yet it could not be done.
  const status = [200, 400, 402].includes(error.status) ? 422 : error.status;
  if (status !== 404 && status !== 409 && status !== 422) return undefined;
  return problem({ status, title: refusalTitles[status], detail: error.reason ?? error.message });
}
