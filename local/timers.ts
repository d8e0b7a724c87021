import { setTimeout as sleep } from 'node:timers/promises';
import type { Trigger } from './invocation';
import type { Schedule } from './ncrontab';

export interface TimerJob {
  /** Waits for each occurrence and runs it, until the signal. */
  start(signal: AbortSignal): void;
  /** One run now, outside of the schedule; after the current one when there is one. */
  runNow(): Promise<void>;
}

export interface TimerJobOptions {
  readonly schedule: Schedule;
  readonly runOnStartup?: boolean;
  /** One run. It deals with its own errors. */
  readonly run: (trigger: Trigger) => Promise<void>;
  readonly now?: () => number;
}

// A computer that slept counts no time in setTimeout: look at the clock at least this often.
const longestNap = 20_000;
const pastDue = 60_000;
const never = '0001-01-01T00:00:00';

/** A timer trigger: a singleton, so that a run which outlasts its interval skips occurrences and never overlaps. */
export function timerJob({ schedule, runOnStartup, run, now = Date.now }: TimerJobOptions): TimerJob {
  let tail: Promise<void> = Promise.resolve();
  let last: number | undefined;

  const once = (isPastDue: boolean): Promise<void> => {
    const result = tail.then(() => {
      const at = now();
      const next = schedule.next(at);
      const status = {
        Last: last === undefined ? never : new Date(last).toISOString(),
        Next: next === undefined ? never : new Date(next).toISOString(),
        LastUpdated: last === undefined ? never : new Date(last).toISOString(),
      };
      last = at;
      const info = { Schedule: { AdjustForDST: true }, ScheduleStatus: status, IsPastDue: isPastDue };
      return run({ data: { json: JSON.stringify(info) } });
    });
    tail = result.catch(() => undefined);
    return result;
  };

  const loop = async (signal: AbortSignal): Promise<void> => {
    if (runOnStartup) await once(false);
    for (let after = now(); ;) {
      const due = schedule.next(Math.max(after, now()));
      if (due === undefined) return;
      while (now() < due) await sleep(Math.min(due - now(), longestNap), undefined, { signal });
      if (signal.aborted) return;
      after = due;
      await once(now() - due > pastDue);
    }
  };

  return {
    // The sleep rejects on abort: that is the ordinary end.
    start: (signal) => void loop(signal).catch(() => undefined),
    runNow: () => once(false),
  };
}
