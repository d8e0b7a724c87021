import type { Counter, Histogram, ObservableResult } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { feedName, type Feed, type Route } from '../domain/feed';
import type { Counts, Run } from '../domain/run';
import { toMs, type Utc } from '../domain/time';
import type { CallFact } from '../http/client';
import { currentInvocation } from '../log';
import type { Metrics } from './metrics';
import type { MetricsSettings } from '../settings/types';
import { stopping } from '../stopping';
import { version } from '../version';
import { OtlpExporter } from './otlp-exporter';

const everyMs = 60_000;
const flushMs = 3_000;
/** While the host drains, what still ends must not wait for the next minute. */
const everyMsAtTheEnd = 1_000;
/** A lag is told by who swept lately; another instance may have the sweep by now, and tells it then. */
const sweptWithinMs = 150_000;

/** Seconds. The long ones are waits for exports and deadlines. */
const durations = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60];
const outcomes = ['sent', 'unchanged', 'quarantined', 'deleted'] as const;

interface Seen extends Route {
  readonly watermark: Utc;
  readonly at: number;
}

/** Metrics by the OpenTelemetry SDK. It has a provider of its own: the process's global one is left alone. */
export class OpenTelemetry implements Metrics {
  readonly #provider: MeterProvider;
  readonly #read: Counter;
  readonly #records: Counter;
  readonly #runs: Counter;
  readonly #throttled: Counter;
  readonly #duration: Histogram;
  readonly #watermarks = new Map<string, Seen>();

  constructor(settings: MetricsSettings, log: Logger) {
    // Its timers outlive the invocation that happened to come first, and must not log in its name.
    this.#provider = currentInvocation.exit(() => createProvider(settings, log));
    const meter = this.#provider.getMeter('lms-bridge', version);
    this.#read = meter.createCounter('lms_bridge.records.read', {
      unit: '{record}',
      description: 'Records read from a source, by runs that have ended',
    });
    this.#records = meter.createCounter('lms_bridge.records', {
      unit: '{record}',
      description: 'What became of records, by runs that have ended',
    });
    this.#runs = meter.createCounter('lms_bridge.runs', {
      unit: '{run}',
      description: 'Runs that have ended',
    });
    this.#throttled = meter.createCounter('lms_bridge.throttled', {
      unit: 's',
      description: 'Time for which a system asked to be left alone, once over all instances',
    });
    this.#duration = meter.createHistogram('lms_bridge.http.duration', {
      unit: 's',
      description: 'One attempt of a call, from the first byte out to the last byte in',
      advice: { explicitBucketBoundaries: durations },
    });
    meter
      .createObservableGauge('lms_bridge.watermark.lag', {
        unit: 's',
        description: 'How far behind now a feed has been delivered',
      })
      .addCallback((result) => this.#observeLag(result));
    stopping.addEventListener('abort', () => setInterval(() => void this.flush(), everyMsAtTheEnd).unref(), {
      once: true,
    });
  }

  called(system: string, { method, status, durationMs }: CallFact): void {
    this.#duration.record(Math.max(0, durationMs) / 1000, {
      system,
      method,
      status: status === undefined ? 'none' : String(status),
    });
  }

  throttled(system: string, seconds: number): void {
    this.#throttled.add(seconds, { system });
  }

  runEnded({ source, kind, destination, state, counts, dryRun }: Run): void {
    // It has delivered nothing, and its numbers would pass for deliveries.
    if (dryRun) return;
    this.#runs.add(1, { source, kind, destination, state });
    if (counts.read > 0) this.#read.add(counts.read, { source, kind, destination });
    for (const outcome of outcomes)
      if (counts[outcome] > 0) this.#records.add(counts[outcome], { source, kind, destination, outcome });
    for (const [reason, rows] of skipsOf(counts))
      this.#records.add(rows, { source, kind, destination, outcome: 'skipped', ...(reason && { reason }) });
  }

  watermark(feed: Feed, watermark: Utc): void {
    const { source, destination } = feed;
    this.#watermarks.set(feedName(feed), { source, destination, watermark, at: Date.now() });
  }

  async flush(): Promise<void> {
    const over = new AbortController();
    const sent = this.#provider.forceFlush().catch(() => undefined);
    await Promise.race([
      sent,
      sleep(flushMs, undefined, { signal: over.signal, ref: false }).catch(() => undefined),
    ]);
    over.abort('sent');
  }

  #observeLag(result: ObservableResult): void {
    const now = Date.now();
    for (const { source, destination, watermark, at } of this.#watermarks.values())
      if (now - at < sweptWithinMs)
        result.observe(Math.max(0, (now - toMs(watermark)) / 1000), { source, destination });
  }
}

/** Skipped rows by reason; those of a run that knew no reasons yet come without one. */
function skipsOf({ skipped, skippedBecause = {} }: Counts): [reason: string, rows: number][] {
  const known = Object.entries(skippedBecause);
  const rest = skipped - known.reduce((sum, [, rows]) => sum + rows, 0);
  return rest > 0 ? [...known, ['', rest]] : known;
}

function createProvider(settings: MetricsSettings, log: Logger): MeterProvider {
  return new MeterProvider({
    resource: resourceFromAttributes({
      'service.name': settings.serviceName,
      'service.version': version,
      'service.instance.id': randomUUID(),
    }),
    readers: [
      new PeriodicExportingMetricReader({
        exporter: new OtlpExporter(settings, log),
        exportIntervalMillis: everyMs,
      }),
    ],
  });
}
