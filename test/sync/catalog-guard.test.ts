import { noteText } from '../../src/lib/domain/notes';
import { workRun } from '../../src/lib/sync/run/work-run';
import { startRun } from '../../src/lib/sync/run/start';
import { type Bridge, startBridge } from '../setup/bridge';

let bridge: Bridge;
beforeEach(async () => {
  bridge = await startBridge({
    sandbox: { openEdx: { courses: 60 } },
    env: { LMS__openedx__pageSize: '10' },
  });
});
afterEach(() => bridge.stop());

const edx = () => bridge.sandbox.openEdx.state;
const deleted = () =>
  [...bridge.sandbox.ldServices.state.catalog.values()].filter(({ record }) => record.Deleted === 'true')
    .length;
const ids = () => [...edx().courses.values()].filter(({ hidden }) => !hidden).map(({ id }) => id);

test('a listing that lost a fifth deletes nothing, fails, and names allowDeletes', async () => {
  const before = await bridge.sync('catalog');
  for (const id of ids().slice(0, 15)) edx().removeCourse(id);
  const run = await bridge.sync('catalog');
  expect(run.state).toBe('failed');
  expect(run.error).toContain('15 of');
  expect(run.error).toContain('allowDeletes');
  expect(deleted()).toBe(0);
  const allowed = await bridge.sync('catalog', { request: { allowDeletes: true } });
  expect(allowed).toMatchObject({ state: 'succeeded', counts: { deleted: 15 } });
  expect(deleted()).toBe(15);
  expect(before.counts.read).toBeGreaterThan(50);
});

test('a listing that counts more than it gives deletes nothing and says so', async () => {
  await bridge.sync('catalog');
  const [first = ''] = ids();
  // The server counts all of them, but its pages lack one.
  bridge.sandbox.openEdx.state.options.listingLacks = { ids: new Set([first]), counted: true };
  const run = await bridge.sync('catalog');
  expect(run.state).toBe('succeeded');
  expect(run.notes.map(noteText).join()).toMatch(/the listing counts \d+ courses and gave \d+/);
  expect(deleted()).toBe(0);
});

test('a course that is missing from the listing, but still has its own page, is left alone', async () => {
  await bridge.sync('catalog');
  const [first = ''] = ids();
  edx().options.listingLacks = { ids: new Set([first]), counted: false };
  const run = await bridge.sync('catalog');
  expect(run).toMatchObject({ state: 'succeeded', counts: { deleted: 0, sent: 0 } });
  expect(deleted()).toBe(0);
});

test('a course that returns is undeleted, also when the worker died before it wrote that down', async () => {
  await bridge.sync('catalog');
  const [id = ''] = ids();
  const course = edx().courses.get(id);
  edx().removeCourse(id);
  await bridge.sync('catalog');
  expect(deleted()).toBe(1);
  if (course) edx().putCourse(course);
  // The acknowledgement of the undeletion is lost: the worker ends between it and the ledger.
  const dying = bridge.another({
    onStep: (step) => {
      if (step === 'after post') throw new Error('the worker died here');
    },
  });
  const run = await startRun(
    dying.engine,
    { source: 'openedx', kind: 'catalog', destination: 'ld' },
    { trigger: 'cli' },
  );
  await workRun(dying.engine, run.runId, new AbortController().signal);
  expect(deleted()).toBe(0);
  // Gone again before any other run: what is in doubt must not be taken for known.
  edx().removeCourse(id);
  await bridge.sync('catalog');
  expect(deleted()).toBe(1);
});

test('a listing that takes too long stops between two pages, and goes on from there', async () => {
  const pages: (string | null)[] = [];
  const { server } = bridge.sandbox.openEdx;
  let late = 0;
  const slow = bridge.another({ now: () => Date.now() + late });
  server.onRequest = ({ path, query }) => {
    // The clock leaps past the slice's budget while the third page is on its way.
    if (path === '/api/courses/v1/courses/' && pages.push(query.get('page')) === 3) late += 9 * 60_000;
  };
  const run = await startRun(
    slow.engine,
    { source: 'openedx', kind: 'catalog', destination: 'ld' },
    { trigger: 'cli' },
  );
  const ended = await workRun(slow.engine, run.runId, new AbortController().signal);
  const visible = bridge.sandbox.ldServices.state.catalog.size;
  expect(ended).toMatchObject({
    state: 'succeeded',
    counts: { read: visible, sent: visible, quarantined: 0 },
  });
  // What was asked for ahead when it stopped is asked for again, and nothing that it had read.
  const first = pages.slice(0, 3);
  expect(pages.filter((page) => first.includes(page))).toEqual(first);
  expect(new Set(pages).size).toBe(Math.ceil(visible / 10));
  for await (const slice of slow.engine.runs.slices(ended)) expect(slice.pauses).toBe(1);
  // And nothing is taken for missing because another go has seen it.
  expect(ended.counts.deleted).toBe(0);
  expect((await bridge.sync('catalog')).counts).toMatchObject({ sent: 0, deleted: 0, unchanged: visible });
});
