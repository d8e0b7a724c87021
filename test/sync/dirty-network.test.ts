import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { FaultKind, FaultPlan } from '../../sandbox/faults';
import { startOpenEdx, type OpenEdx } from '../../sandbox/open-edx';
import { toMs, utc } from '../../src/lib/domain/time';
import { PayloadError, RetryableError } from '../../src/lib/errors';
import { createSource } from '../../src/lib/sources/registry';
import type { WindowedFeed } from '../../src/lib/sources/source';
import { testDeps } from '../http/client-builder';
import { type Bridge, startBridge } from '../setup/bridge';
import { openEdxSettings } from '../sources/open-edx/settings';
import { notAtSink } from './at-sink';

// Two that hang and one that drips are left out: their deadlines are minutes, and the client's own tests wait for them.
const kinds: FaultKind[] = [
  '429-seconds',
  '429-date',
  '429',
  '500',
  '502-html',
  '503-seconds',
  '503',
  'reset-before',
  'reset-in-body',
  'truncated-json',
  'closed-early',
  'login-page',
  'redirect',
  'gzip-cut',
  'wrong-length',
  'empty-200',
];

/**
 * Each kind at its own 5 %: of two requests more than one meets a fault. No kind comes more than three times: the
 * pauses between tries double, and a long row of failures would only be waited for.
 */
const faults = (seed: number, more: Partial<FaultPlan> = {}): FaultPlan[] =>
  kinds.map((kind, i) => ({
    rate: 0.05,
    kinds: [kind],
    seed: seed * 1_000 + i,
    count: 3,
    retryAfterSeconds: 0,
    ...more,
  }));

describe('a network that spoils half of all answers', () => {
  let bridge: Bridge;
  afterEach(() => bridge.stop());

  test.each(Array.from({ length: Number(process.env.DIRTY_SEEDS ?? 2) }, (_, i) => i + 1))(
    'loses no row and takes nothing for an empty page (seed %i)',
    async (seed) => {
      bridge = await startBridge({
        sandbox: { openEdx: { courses: 12, grades: 90 } },
        env: { LMS__openedx__pageSize: '15', LD__batchSize: '20' },
      });
      const { openEdx, ldServices } = bridge.sandbox;
      const deleted = (): unknown[] =>
        [...ldServices.state.catalog.values()].filter(({ record }) => record.Deleted !== 'false');
      const courses = [...openEdx.state.courses.values()].filter(({ hidden }) => !hidden).length;
      // An even seed begins with a ledger that knows the courses: an empty listing would delete them.
      if (seed % 2 === 0) expect((await bridge.sync('catalog')).state).toBe('succeeded');
      openEdx.server.faults.set(faults(seed, { paths: ['/api/'] }));
      // The sink spoils answers to batches that it took.
      ldServices.server.faults.set(faults(seed + 50, { rate: 0.02, afterEffect: true }));
      for (const kind of ['catalog', 'consumption'] as const) {
        const run = await bridge.sync(kind);
        expect(['succeeded', 'failed']).toContain(run.state);
        if (run.state === 'failed') expect(run.error).toMatch(/\w/);
        else if (kind === 'catalog') expect(ldServices.state.catalog.size).toBe(courses);
        else expect(notAtSink(bridge.sandbox)).toEqual([]);
        const { read, sent, unchanged, skipped, quarantined } = run.counts;
        expect(read).toBe(sent + unchanged + skipped + quarantined);
        if (kind === 'consumption') {
          // What lies before the watermark is at the sink.
          const { watermark } = await bridge.app.engine.feeds.read({
            source: 'openedx',
            kind,
            destination: 'ld',
          });
          const late = notAtSink(bridge.sandbox).filter(
            ({ modified }) => modified < toMs(watermark ?? utc(0)),
          );
          expect(late).toEqual([]);
        }
      }
      expect(deleted()).toEqual([]);
      expect(openEdx.server.faults.plans.some(({ played }) => played > 0)).toBe(true);
      openEdx.server.faults.set();
      ldServices.server.faults.set();
      for (const kind of ['catalog', 'consumption'] as const)
        expect((await bridge.sync(kind)).state).toBe('succeeded');
      expect(notAtSink(bridge.sandbox)).toEqual([]);
      expect([ldServices.state.catalog.size, deleted()]).toEqual([courses, []]);
    },
    60_000,
  );
});

describe('a page of one row that is cut', () => {
  let edx: OpenEdx;
  let server: Server;
  let cut: { body: Buffer; gzip: boolean; announced: number };
  const pages: Record<string, Buffer> = {};
  const call = { signal: new AbortController().signal };
  const window = { from: utc(Date.UTC(2012, 0)), to: utc(Date.now()) };

  beforeAll(async () => {
    edx = await startOpenEdx({ courses: 1, learners: 1, grades: 1, accessToken: 'given' });
    for (const path of ['/api/courses/v1/courses/', '/api/grades/v1/user_grades/']) {
      const answer = await fetch(
        `${edx.url}${path}?username=${path.includes('user_grades') ? 'all' : 'bridge'}`,
        {
          headers: { Authorization: 'Bearer given' },
        },
      );
      pages[path] = Buffer.from(await answer.arrayBuffer());
    }
    server = createServer((_, response) => {
      response.writeHead(200, {
        'Content-Type': 'application/json',
        ...(cut.gzip ? { 'Content-Encoding': 'gzip' } : {}),
        'Content-Length': String(cut.announced),
      });
      response.flushHeaders();
      response.write(cut.body, () =>
        cut.announced > cut.body.length ? response.socket?.end() : response.end(),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  afterAll(async () => {
    await edx.stop();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const read = async (which: 'catalog' | 'consumption') => {
    const { port } = server.address() as AddressInfo;
    const source = createSource(openEdxSettings(`http://127.0.0.1:${port}`), testDeps());
    const page =
      which === 'catalog'
        ? source.catalog?.page(undefined, call)
        : (source.consumption as WindowedFeed).page(window, 1, call);
    return page?.then(
      (given) => given?.rows.length,
      (error: unknown) => error,
    );
  };

  test.each([
    ['catalog', '/api/courses/v1/courses/'],
    ['consumption', '/api/grades/v1/user_grades/'],
  ] as const)('(%s) at any byte is an error, never an empty page', async (which, path) => {
    const whole = pages[path] as Buffer;
    cut = { body: whole, gzip: false, announced: whole.length };
    expect(await read(which)).toBe(1);
    for (let length = 0; length < whole.length; length++) {
      cut = { body: whole.subarray(0, length), gzip: false, announced: length };
      expect([length, await read(which)]).toEqual([length, expect.any(PayloadError)]);
    }
  });

  test.each([
    ['catalog', '/api/courses/v1/courses/'],
    ['consumption', '/api/grades/v1/user_grades/'],
  ] as const)('(%s) in its compressed form is an error too, or the row itself', async (which, path) => {
    const zipped = gzipSync(pages[path] as Buffer);
    cut = { body: zipped, gzip: true, announced: zipped.length };
    expect(await read(which)).toBe(1);
    for (let length = 0; length < zipped.length; length += 3) {
      cut = { body: zipped.subarray(0, length), gzip: true, announced: length };
      expect([length, await read(which)]).toEqual([length, expect.any(PayloadError)]);
    }
  });

  test('and closed before its announced end is an error that may pass', async () => {
    const whole = pages['/api/grades/v1/user_grades/'] as Buffer;
    for (let length = 1; length < whole.length; length += 40) {
      cut = { body: whole.subarray(0, length), gzip: false, announced: whole.length };
      expect([length, await read('consumption')]).toEqual([length, expect.any(RetryableError)]);
    }
  });
});
