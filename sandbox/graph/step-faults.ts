import { httpDate } from '../fault-answers';
import type { Answer } from '../server';
import { refusal } from './refusal';

/** What goes wrong with single requests, those within a batch too; faults of whole HTTP calls are the server's. */
export interface StepFault {
  readonly status: number;
  /** Only methods and paths that contain these; left out: all. */
  readonly method?: string;
  readonly path?: string;
  /** `Retry-After`: seconds, or the same as a date. */
  readonly retryAfter?: { readonly seconds: number; readonly as?: 'seconds' | 'date' };
  /** `Retry after n minutes` in the message, as the service of Viva Learning has it. */
  readonly minutes?: number;
  readonly message?: string;
  /** So many in all; left out: for ever. */
  readonly count?: number;
  /** Lets so many matching requests pass first. */
  readonly skip?: number;
  /** The request is done, and its answer lost. */
  readonly afterEffect?: boolean;
}

export class StepFaults {
  private active: { fault: StepFault; passed: number; played: number }[] = [];

  set(...faults: readonly StepFault[]): void {
    this.active = faults.map((fault) => ({ fault, passed: 0, played: 0 }));
  }

  draw(method: string, path: string): StepFault | undefined {
    for (const entry of this.active) {
      const { fault } = entry;
      if (fault.method !== undefined && fault.method !== method) continue;
      if (fault.path !== undefined && !path.includes(fault.path)) continue;
      if (entry.played >= (fault.count ?? Infinity)) continue;
      if (++entry.passed <= (fault.skip ?? 0)) continue;
      entry.played++;
      return fault;
    }
    return undefined;
  }
}

/** @param now milliseconds since 1970. */
export function faultAnswer({ status, retryAfter, minutes, message }: StepFault, now: number): Answer {
  const code =
    status === 429 ? 'TooManyRequests' : status === 503 ? 'ServiceUnavailable' : 'generalException';
  const said = message ?? (minutes === undefined ? 'Try again later.' : `Retry after ${minutes} minutes`);
  const answer = refusal(status, code, said);
  if (!retryAfter) return answer;
  const { seconds, as } = retryAfter;
  // A date has no fractions: rounding up keeps the pause at least as long as asked for.
  const text = as === 'date' ? httpDate(now + seconds * 1000 + 999) : String(seconds);
  return { ...answer, headers: { ...answer.headers, 'Retry-After': text } };
}
