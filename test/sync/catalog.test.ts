import { type Bridge, startBridge } from '../setup/bridge';

let bridge: Bridge;
beforeEach(async () => {
  bridge = await startBridge();
});
afterEach(() => bridge.stop());

const sinkCourses = () => [...bridge.sandbox.ldServices.state.catalog.values()].map(({ record }) => record);
const posts = () => bridge.sandbox.ldServices.state.posts;

test('the first sync sends every course, and a second with nothing new sends nothing', async () => {
  const first = await bridge.sync('catalog');
  expect(first).toMatchObject({ state: 'succeeded', error: undefined });
  expect(first.counts).toMatchObject({ read: 12, sent: 12, unchanged: 0 });
  expect(sinkCourses()).toHaveLength(12);
  const sent = posts().length;
  const second = await bridge.sync('catalog');
  expect(second.counts).toMatchObject({ read: 12, sent: 0, unchanged: 12 });
  expect(posts()).toHaveLength(sent);
});

test('only a course that changed goes out again; full mode sends all', async () => {
  await bridge.sync('catalog');
  const [id] = [...bridge.sandbox.openEdx.state.courses.keys()];
  bridge.sandbox.openEdx.state.putCourse({ id: id ?? '', name: 'A new name' });
  expect((await bridge.sync('catalog')).counts).toMatchObject({ sent: 1, unchanged: 11 });
  expect(sinkCourses().filter(({ Name }) => Name === 'A new name')).toHaveLength(1);
  expect((await bridge.sync('catalog', { mode: 'full' })).counts).toMatchObject({ sent: 12, unchanged: 0 });
});

test('a course that is gone goes out as deleted, and one that returns is undeleted', async () => {
  await bridge.sync('catalog');
  const { state } = bridge.sandbox.openEdx;
  const [[id, course] = []] = [...state.courses];
  state.removeCourse(id ?? '');
  const gone = await bridge.sync('catalog');
  expect(gone).toMatchObject({
    state: 'succeeded',
    counts: { deleted: 1, unchanged: 11, sent: 0, read: 11 },
  });
  expect(sinkCourses().filter(({ Deleted }) => Deleted === 'true')).toHaveLength(1);
  expect((await bridge.sync('catalog')).counts).toMatchObject({ deleted: 0, sent: 0 });
  if (course) state.putCourse(course);
  expect((await bridge.sync('catalog')).counts).toMatchObject({ sent: 1 });
  expect(sinkCourses().filter(({ Deleted }) => Deleted === 'true')).toHaveLength(0);
});

test('a dry run tells what would change, and writes nothing anywhere', async () => {
  const dry = await bridge.sync('catalog', { dryRun: true });
  expect(dry).toMatchObject({ state: 'succeeded', changes: { created: 12, updated: 0 } });
  expect(dry.changes?.samples.length).toBeGreaterThan(0);
  expect(posts()).toHaveLength(0);
  expect((await bridge.sync('catalog')).counts).toMatchObject({ sent: 12 });
});
