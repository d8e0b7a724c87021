import type { Run } from '../../domain/run';
import { toMs } from '../../domain/time';
import { InputError } from '../../errors';
import type { Engine } from '../engine';

/** A deployment that goes from host to host takes less. */
const patienceMs = 30 * 60_000;

/** When work that is another worker's is looked at again, seconds. */
export const notHereSeconds = 30;

/**
 * Whether only this worker's settings do not name the run's source or destination, as far as anyone can tell: an older
 * version while a newer one is rolled out, or a command line with other settings. The work is left to one that knows it.
 */
export const isNotHere = (engine: Engine, run: Run, error: unknown): boolean =>
  error instanceof InputError && engine.now() - toMs(run.startedAt) < patienceMs;
