import { startBridge, type Bridge } from '../../setup/bridge';

let bridge: Bridge;
beforeAll(async () => {
  bridge = await startBridge({ sandbox: { khalibre: { courses: 20, learners: 40 } } });
});
afterAll(() => bridge.stop());

const sync = (kind: 'catalog' | 'consumption') => bridge.sync(kind, { source: 'khalibre' });

test('a whole Khalibre is delivered once, then only what changes', async () => {
  const { state } = bridge.sandbox.khalibre!;
  const visible = state.listed().filter((course) => course.visible);
  const catalog = await sync('catalog');
  expect(catalog).toMatchObject({ state: 'succeeded', counts: { sent: visible.length, quarantined: 0 } });
  const first = await sync('consumption');
  const listed = new Set(state.listed().map(({ id }) => id));
  const rows = state.progress.filter(({ courseId }) => listed.has(courseId));
  const learners = new Set(rows.map(({ courseId, email }) => `${courseId} ${email}`)).size;
  expect(first).toMatchObject({ state: 'succeeded', error: undefined });
  // A learner in two communities of a course is one record at the sink.
  expect(first.counts).toMatchObject({ read: rows.length, sent: learners, skipped: rows.length - learners });

  state.putCourse({ id: visible[0]!.id, visible: false });
  state.putCourse({ id: visible[1]!.id, title: 'Renamed' });
  expect((await sync('catalog')).counts).toMatchObject({ sent: 1, deleted: 1 });
  state.putProgress({ ...rows[0]!, completedActivity: rows[0]!.completedActivity + 1 });
  expect((await sync('consumption')).counts).toMatchObject({ sent: 1, quarantined: 0 });
});
