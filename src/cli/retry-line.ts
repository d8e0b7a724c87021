import { towards } from '../lib/domain/feed';
import type { Retry } from '../lib/sync/engine';
import { inTime } from './table';

/**
 * Why nothing seems to go on, and when it does.
 * @param now milliseconds since 1970. @param isWatched whether a person can press Ctrl-C.
 */
export function retryLine({ run, why, at, attempt }: Retry, now: number, isWatched: boolean): string {
  const { source, kind, destination } = run;
  const wait = inTime(at - now);
  const what = attempt ? `trying again in ${wait} (${attempt.next} of ${attempt.of})` : `going on in ${wait}`;
  return `${source} ${kind}${towards(destination)}: ${why}; ${what}${isWatched ? ', Ctrl-C to stop' : ''}`;
}
