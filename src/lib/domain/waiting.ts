import type { Utc } from './time';

/** What an open run waits for. What is not known, or means nothing, is left out. */
export interface Waiting {
  /** What went wrong last, who asked for a pause, or whose turn it is; no full stop at the end. */
  readonly why: string;
  /** Since when it goes wrong; a pause has none. */
  readonly since?: Utc;
  /** Which attempt comes next, or is under way, from 1. */
  readonly attempt?: number;
  /** So many in all, and it fails. */
  readonly attempts?: number;
  /** When it goes on; left out while the attempt is under way. */
  readonly until?: Utc;
}

/**
 * “source openedx failed with 500 (since 18:16:05, attempt 4 of 5 at 18:19:40 UTC)”.
 * @param now a time of the same day is told without its date.
 */
export function waitingText({ why, since, attempt, attempts, until }: Waiting, now: Utc): string {
  const clock = (time: Utc): string => {
    const [date = '', ofDay = ''] = time.replace('Z', '').split('T');
    return now.startsWith(date) ? ofDay : `${date} ${ofDay}`;
  };
  const tries = attempt && attempts ? `attempt ${attempt} of ${attempts}` : '';
  const next = until
    ? `${tries ? `${tries} at` : 'until'} ${clock(until)} UTC`
    : tries && `${tries} under way`;
  const parts = [since ? `since ${clock(since)}${until ? '' : ' UTC'}` : '', next].filter(Boolean);
  return parts.length > 0 ? `${why} (${parts.join(', ')})` : why;
}
