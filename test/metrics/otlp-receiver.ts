import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One number of one metric, with its attributes. */
export interface Point {
  readonly name: string;
  readonly unit: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly value: number;
  /** Of a histogram: how many. */
  readonly count?: number;
  readonly temporality?: number;
}

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly resource: Readonly<Record<string, string>>;
  readonly points: readonly Point[];
}

export interface Receiver {
  readonly url: string;
  readonly received: Received[];
  /** Statuses of the next answers; then 200. What is refused is not kept. */
  readonly refusals: number[];
  /** The sums of a counter, by the values of one attribute. */
  sums(name: string, by: string, only?: Record<string, string>): Record<string, number>;
  stop(): Promise<void>;
}

interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue: string };
}
interface WirePoint {
  readonly attributes: readonly Attribute[];
  readonly asDouble?: number;
  readonly asInt?: number | string;
  readonly sum?: number;
  readonly count?: number | string;
}
interface WireMetric {
  readonly name: string;
  readonly unit: string;
  readonly sum?: { readonly dataPoints: readonly WirePoint[]; readonly aggregationTemporality: number };
  readonly histogram?: { readonly dataPoints: readonly WirePoint[]; readonly aggregationTemporality: number };
  readonly gauge?: { readonly dataPoints: readonly WirePoint[] };
}
interface Wire {
  readonly resourceMetrics: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeMetrics: readonly { readonly metrics: readonly WireMetric[] }[];
  }[];
}

/** An OTLP endpoint, JSON over HTTP (https://opentelemetry.io/docs/specs/otlp/#otlphttp). */
export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const refusals: number[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const status = refusals.shift() ?? 200;
      if (status === 200)
        received.push({ path: request.url ?? '', headers: request.headers, ...read(Buffer.concat(chunks)) });
      response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    refusals,
    sums: (name, by, only = {}) => {
      const sums: Record<string, number> = {};
      for (const point of received.flatMap(({ points }) => points)) {
        if (point.name !== name) continue;
        if (Object.entries(only).some(([key, value]) => point.attributes[key] !== value)) continue;
        const key = point.attributes[by] ?? '';
        sums[key] = (sums[key] ?? 0) + point.value;
      }
      return sums;
    },
    stop: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

function read(body: Buffer): Pick<Received, 'resource' | 'points'> {
  const { resourceMetrics } = JSON.parse(body.toString('utf8')) as Wire;
  return {
    resource: Object.assign({}, ...resourceMetrics.map(({ resource }) => texts(resource.attributes))),
    points: resourceMetrics
      .flatMap(({ scopeMetrics }) => scopeMetrics)
      .flatMap(({ metrics }) => metrics)
      .flatMap(pointsOf),
  };
}

function pointsOf({ name, unit, sum, histogram, gauge }: WireMetric): Point[] {
  const kind = sum ?? histogram;
  return (kind ?? gauge)!.dataPoints.map((point) => ({
    name,
    unit,
    attributes: texts(point.attributes),
    value: Number(point.asDouble ?? point.asInt ?? point.sum),
    count: point.count === undefined ? undefined : Number(point.count),
    temporality: kind?.aggregationTemporality,
  }));
}

const texts = (attributes: readonly Attribute[]): Record<string, string> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue]));
