import type { IncomingHttpHeaders } from 'node:http';
import type { FaultKind } from './faults';

export interface LoggedRequest {
  /** Milliseconds since 1970, by the sandbox's clock. */
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** 0 when no status went out. */
  readonly status: number;
  /** How long the answer took to be handed over, by the machine's clock. */
  readonly ms: number;
  readonly bytes: number;
  readonly hasUserAgent: boolean;
  /** Values that authenticate are replaced by `redacted`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly fault?: FaultKind;
}

/** What came in: the latest requests, and counts of all. */
export class RequestLog {
  readonly entries: LoggedRequest[] = [];
  total = 0;
  readonly byStatus: Record<string, number> = {};
  inFlight = 0;
  /** The most requests that were in flight at once. */
  mostInFlight = 0;

  constructor(private readonly keep: number) {}

  add(entry: LoggedRequest): void {
    this.total += 1;
    this.byStatus[entry.status] = (this.byStatus[entry.status] ?? 0) + 1;
    this.entries.push(entry);
    if (this.entries.length > this.keep * 2) this.entries.splice(0, this.entries.length - this.keep);
  }

  /** Kept requests to a path that contains the text. */
  to(path: string): LoggedRequest[] {
    return this.entries.filter((entry) => entry.path.includes(path));
  }

  clear(): void {
    this.entries.length = 0;
    this.total = 0;
    this.mostInFlight = this.inFlight;
    for (const status of Object.keys(this.byStatus)) delete this.byStatus[status];
  }
}

const secret = /authorization|cookie|key|secret|token|signature|identity/i;

/** Headers as text, without what authenticates. An idempotency key is no secret. */
export function redact(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      secret.test(name) && name !== 'idempotency-key' ? 'redacted' : String(value),
    ]),
  );
}
