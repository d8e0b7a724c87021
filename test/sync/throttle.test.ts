import type { LoggedRequest } from '../../sandbox/request-log';
import type { App } from '../../src/lib/app';
import type { Slice } from '../../src/lib/domain/run';
import { deleteRow } from '../../src/lib/store/rows';
import { planRun } from '../../src/lib/sync/run/plan';
import { workSlice } from '../setup/one-slice';
import { startRun } from '../../src/lib/sync/run/start';
import { workRun } from '../../src/lib/sync/run/work-run';
import { type Bridge, startBridge } from '../setup/bridge';

const stop = new AbortController().signal;
const hourMs = 3_600_000;

describe('two hosts at a source that throttles', () => {
  let bridge: Bridge;
  afterEach(() => bridge.stop());

  /** A host, and how many pages it read. */
  function host(): { app: App; pages: () => number } {
    let pages = 0;
    return { app: bridge.another({ onProgress: () => pages++ }), pages: () => pages };
  }

  /** A run that is cut into slices. */
  async function planned({ engine }: App): Promise<string> {
    const feed = { source: 'openedx', kind: 'consumption', destination: 'ld' } as const;
    const { runId } = await startRun(engine, feed, { trigger: 'resync' });
    await planRun(engine, runId, stop);
    return runId;
  }

  /** What came in, by the time it came in: the log notes when each was answered. */
  const arrivals = (): (LoggedRequest & { came: number })[] =>
    bridge.sandbox.openEdx.server.requests.entries
      .map((entry) => ({ ...entry, came: entry.at - entry.ms }))
      .sort((a, b) => a.came - b.came);

  function expectAllArrived(): void {
    expect(bridge.sandbox.ldServices.state.consumption.size).toBe(bridge.sandbox.openEdx.state.grades.size);
  }

  it('leave it alone until it says, try with one call, and waste no more than one call in ten', async () => {
    bridge = await startBridge({
      sandbox: {
        openEdx: { grades: 900, learners: 200, budget: { requests: 60, windowMs: 1_500 }, latencyMs: 5 },
      },
      env: { LMS__openedx__pageSize: '5', LMS__openedx__maxRowsPerSlice: '100' },
    });
    const [one, two] = [host(), host()];
    const runId = await planned(one.app);
    const { total } = (await one.app.engine.runs.read(runId))!.slices;
    await Promise.all(
      [one, two, one, two].map(async ({ app }, lane) => {
        for (let slice = lane + 1; slice <= total; slice += 4)
          await workSlice(app.engine, runId, slice, stop);
      }),
    );
    const run = await workRun(one.app.engine, runId, stop);
    expect(run).toMatchObject({ state: 'succeeded', counts: { read: 900, sent: 900 } });
    expectAllArrived();
    expect(Math.min(one.pages(), two.pages())).toBeGreaterThan(0);

    const all = arrivals();
    const refused = all.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThanOrEqual(all.length / 10);
    let pauses = 0;
    for (let i = all.findIndex(({ status }) => status === 429); i >= 0;) {
      const told = all[i]!.at;
      // Retry-After is a second at least. What had left by then may still come in: as much as may be in flight.
      const during = all.filter(({ came }) => came > told && came < told + 950);
      expect(during.length).toBeLessThanOrEqual(8);
      expect(during.filter(({ came }) => came > told + 500)).toEqual([]);
      const probe = all.findIndex(({ came }) => came >= told + 950);
      if (probe < 0) break;
      // The next one leaves when the first is answered (the log rounds to milliseconds).
      const next = all[probe + 1];
      if (next) expect(next.came).toBeGreaterThanOrEqual(all[probe]!.at - 1);
      pauses++;
      i = all.findIndex(({ status }, at) => at >= probe && status === 429);
    }
    expect(pauses).toBeGreaterThan(0);
  });

  it('keep to requestsPerMinute together', async () => {
    bridge = await startBridge({
      env: {
        LMS__openedx__pageSize: '10',
        LMS__openedx__maxRowsPerSlice: '100',
        LMS__openedx__requestsPerMinute: '1200',
      },
    });
    const [one, two] = [host(), host()];
    const runId = await planned(one.app);
    // With a rate one slice is worked at a time; the other host plans and answers questions meanwhile.
    const { catalog } = two.app.engine.openSource('openedx').source;
    const ask = async (): Promise<void> => {
      for (let i = 0; i < 10; i++) await catalog?.page(undefined, { signal: stop });
    };
    const [run] = await Promise.all([workRun(one.app.engine, runId, stop), ask(), ask()]);
    expect(run).toMatchObject({ state: 'succeeded', counts: { sent: 300 } });
    expectAllArrived();
    expect(bridge.sandbox.openEdx.server.requests.to('/api/courses/')).toHaveLength(20);
    const came = arrivals().map((entry) => entry.came);
    expect(came.length).toBeGreaterThan(30);
    // 20 a second. A request that was held up on its way comes closer to the next one.
    for (let i = 20; i < came.length; i++) expect(came[i]! - came[i - 20]!).toBeGreaterThanOrEqual(800);
  });

  it('put their slices back for an hour when it asks for one, and lose nothing', async () => {
    bridge = await startBridge({
      env: { LMS__openedx__pageSize: '5', LMS__openedx__maxRowsPerSlice: '100' },
    });
    const [one, two] = [host(), host()];
    const runId = await planned(one.app);
    const { faults, requests } = bridge.sandbox.openEdx.server;
    // In the midst of a slice: after its first page.
    faults.set({
      rate: 1,
      kinds: ['429-seconds'],
      retryAfterSeconds: 3600,
      paths: ['user_grades'],
      skip: 1,
      count: 1,
    });
    const start = Date.now();
    await workSlice(one.app.engine, runId, 2, stop);
    const told = requests.total;
    await workSlice(two.app.engine, runId, 3, stop);
    expect(Date.now() - start).toBeLessThan(5_000);
    // The other host does not even ask for its token.
    expect(requests.total).toBe(told);
    const slice = async (number: number): Promise<Slice> => {
      const run = await one.app.engine.runs.read(runId);
      return (await one.app.engine.runs.readSlice(run!, number))!;
    };
    for (const number of [2, 3]) {
      const { state, attempts, dueAt } = await slice(number);
      expect({ state, attempts }).toEqual({ state: 'pending', attempts: 0 });
      expect(dueAt).toBeGreaterThan(start + hourMs - 1_000);
      expect(dueAt).toBeLessThan(Date.now() + hourMs + 1_000);
    }
    const before = requests.total;
    await workSlice(two.app.engine, runId, 2, stop);
    expect(requests.total).toBe(before);

    // The hour goes by.
    await deleteRow(one.app.storage.table('leases'), 'gate', 'openedx');
    const run = (await one.app.engine.runs.read(runId))!;
    for (const number of [2, 3]) await one.app.engine.runs.updateSlice(run, number, () => ({ dueAt: 0 }));
    const ended = await workRun(host().app.engine, runId, stop);
    expect(ended).toMatchObject({ state: 'succeeded', counts: { sent: 300, quarantined: 0 } });
    expectAllArrived();
  });
});
