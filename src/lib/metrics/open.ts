import type { Logger } from 'pino';
import type { CallFact } from '../http/client';
import type { Metrics } from './metrics';
import type * as Sdk from './open-telemetry';
import type { MetricsSettings } from '../settings/types';

/** Metrics, when an endpoint is set. */
export function openMetrics(settings: MetricsSettings | undefined, log: Logger): Metrics | undefined {
  if (!settings) return undefined;
  // Whoever wants no metrics does not wait for the SDK to load; an `import` would load it with this file.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { OpenTelemetry } = require('./open-telemetry') as typeof Sdk;
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
