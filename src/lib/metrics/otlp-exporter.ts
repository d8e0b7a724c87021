import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import {
  AggregationTemporality,
  InstrumentType,
  type PushMetricExporter,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Logger } from 'pino';
import { AuthError, RetryableError } from '../errors';
import type { MetricsSettings } from '../settings/types';
import { parseHeaders } from './headers';

type Done = Parameters<PushMetricExporter['export']>[1];

/** Sends to an OTLP endpoint, JSON over HTTP, and tells the log when that does not work, and when it does again. */
export class OtlpExporter implements PushMetricExporter {
  readonly #inner: OTLPMetricExporter;
  #failing = false;

  constructor(
    private readonly settings: MetricsSettings,
    private readonly log: Logger,
  ) {
    this.#inner = new OTLPMetricExporter({
      url: `${settings.endpoint}/v1/metrics`,
      headers: async () => parseHeaders(await settings.headers?.read()),
      // As everywhere else: whatever NODE_TLS_REJECT_UNAUTHORIZED says, certificates are verified.
      httpAgentOptions: (protocol) =>
        protocol === 'http:'
          ? new HttpAgent({ keepAlive: true })
          : new HttpsAgent({ keepAlive: true, rejectUnauthorized: true }),
    });
  }

  export(metrics: ResourceMetrics, done: Done): void {
    this.#inner.export(metrics, (result) => {
      if (result.error) this.#failed(result.error);
      else if (this.#failing) this.#recovered();
      done(result);
    });
  }

  /**
   * Instances come and go: what one counts in its only minute would be lost in a sum that starts anew with each.
   * So a count is told as what came since the last time, unless the receiver wants sums. A gauge that is no longer
   * observed would be told for ever in the other way.
   */
  selectAggregationTemporality(type: InstrumentType): AggregationTemporality {
    const gauge = type === InstrumentType.OBSERVABLE_GAUGE || type === InstrumentType.GAUGE;
    return gauge || this.settings.temporality === 'delta'
      ? AggregationTemporality.DELTA
      : AggregationTemporality.CUMULATIVE;
  }

  forceFlush(): Promise<void> {
    return this.#inner.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.#inner.shutdown();
  }

  #failed(error: Error): void {
    const { code } = error as { code?: unknown };
    // Its own words may repeat what was sent; the code says enough.
    if (code === 401 || code === 403) this.settings.headers?.forget();
    if (this.#failing) return;
    this.#failing = true;
    this.log.warn({ error: this.#sentence(error, code) }, 'metrics not delivered');
  }

  #sentence(error: Error, code: unknown): string {
    if (error instanceof AuthError || error instanceof RetryableError) return error.message;
    if (error instanceof TypeError) return error.message;
    const { host } = new URL(this.settings.endpoint);
    const what =
      typeof code === 'number'
        ? `answered ${code}`
        : `cannot be reached (${typeof code === 'string' ? code : 'no answer'})`;
    return `The metrics endpoint ${host} ${what}; check OTEL_EXPORTER_OTLP_ENDPOINT and OTEL_EXPORTER_OTLP_HEADERS`;
  }

  #recovered(): void {
    this.#failing = false;
    this.log.info('metrics delivered again');
  }
}
