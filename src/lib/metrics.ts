import type { Logger } from 'pino';
import type { Feed } from './domain/feed';
import type { Run } from './domain/run';
import type { Utc } from './domain/time';
import type { CallFact } from './http/client';
import type * as Sdk from './metrics/open-telemetry';
import type { MetricsSettings } from './settings/types';

/** What the app counts and measures. Nothing here names a person, a course or a path. */
export interface Metrics {
  /** One try of a call. @param system a source's id, or a destination's system. */
  called(system: string, fact: CallFact): void;
  /** A system asked to be left alone for so much longer than was known. */
  throttled(system: string, seconds: number): void;
  /** A run has ended; to be told once. */
  runEnded(run: Run): void;
  /** How far a feed has been delivered; told by every sweep. */
  watermark(feed: Feed, watermark: Utc): void;
  /** Sends what has not been sent, within 3 s. Never throws. */
  flush(): Promise<void>;
}

/** Metrics, when an endpoint is set. */
export function openMetrics(settings: MetricsSettings | undefined, log: Logger): Metrics | undefined {
  if (!settings) return undefined;
  // Whoever wants no metrics does not wait for the SDK to load; an `import` would load it with this file.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { OpenTelemetry } = require('./metrics/open-telemetry') as typeof Sdk;
  return new OpenTelemetry(settings, log);
}

/** What the client and the gate of one system are to tell: nothing, while metrics are off. */
export function tellsOf(
  metrics: Metrics | undefined,
  system: string,
): { onCall?: (fact: CallFact) => void; onPause?: (seconds: number) => void } {
  if (!metrics) return {};
  return {
    onCall: (fact) => metrics.called(system, fact),
    onPause: (seconds) => metrics.throttled(system, seconds),
  };
}
