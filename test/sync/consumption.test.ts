import { type Bridge, startBridge } from '../setup/bridge';

let bridge: Bridge;
afterEach(() => bridge.stop());

const watermark = async () =>
  (await bridge.app.engine.feeds.read({ source: 'openedx', kind: 'consumption', destination: 'ld' }))
    .watermark;

/** Every grade of the source is at the sink, with its value. */
function expectAllArrived(): void {
  const { grades } = bridge.sandbox.openEdx.state;
  const { consumption } = bridge.sandbox.ldServices.state;
  expect(consumption.size).toBe(grades.size);
  for (const grade of grades) {
    const key = `${grade.learner.email}|${grade.courseId.replace(/^course-v1:/, '')}|16`;
    expect(consumption.get(key)?.record.ConsumptionStatus).toBe(grade.passed ? 'Passed' : 'InProgress');
  }
}

test('all results arrive, in slices, and the watermark moves to the window’s end', async () => {
  bridge = await startBridge({ env: { LMS__openedx__maxRowsPerSlice: '100', LMS__openedx__pageSize: '20' } });
  const run = await bridge.sync('consumption');
  expect(run).toMatchObject({ state: 'succeeded', error: undefined });
  expect(run.slices.total).toBeGreaterThanOrEqual(3);
  expect(run.slices.done).toBe(run.slices.total);
  expectAllArrived();
  expect(await watermark()).toBe(run.window?.to);
});

test('the next run reads from the watermark on', async () => {
  let clock = Date.now();
  bridge = await startBridge({ sandbox: { clock: () => clock }, overrides: { now: () => clock } });
  const first = await bridge.sync('consumption');
  expect(first.counts.sent).toBe(300);
  clock += 60_000;
  bridge.sandbox.openEdx.state.regrade(5);
  clock += 60_000;
  const second = await bridge.sync('consumption');
  expect(second.window?.from).toBe(first.window?.to);
  expect(second.counts).toMatchObject({ read: 5, sent: 5 });
  expectAllArrived();
});

test('counts balance: read is sent and unchanged and skipped and quarantined', async () => {
  bridge = await startBridge({ env: { LD__learnerDomains: 'elsewhere.example.com' } });
  const { counts, state } = await bridge.sync('consumption');
  expect(state).toBe('partial');
  expect(counts).toMatchObject({ read: 300, sent: 0, skipped: 300 });
  expect(bridge.sandbox.ldServices.state.posts).toHaveLength(0);
});

test('a run over a range of dates does not move the watermark', async () => {
  bridge = await startBridge();
  const run = await bridge.sync('consumption', { request: { from: '2020-01-01T00:00:00Z' as never } });
  expect(run.state).toBe('succeeded');
  expect(await watermark()).toBeUndefined();
});
