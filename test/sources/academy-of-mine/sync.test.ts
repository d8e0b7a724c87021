import { startBridge, type Bridge } from '../../setup/bridge';

let bridge: Bridge;
beforeAll(async () => {
  bridge = await startBridge({ sandbox: { academy: { courses: 20, learners: 30 } } });
});
afterAll(() => bridge.stop());

const sync = (kind: 'catalog' | 'consumption') => bridge.sync(kind, { source: 'academyofmine' });

test('a whole Academy of Mine is delivered once, then only what changes; a draft is withdrawn', async () => {
  const { state } = bridge.sandbox.academy!;
  const [first, second] = state.published();
  const size = state.published().length;
  expect(await sync('catalog')).toMatchObject({ state: 'succeeded', counts: { sent: size, quarantined: 0 } });
  const results = await sync('consumption');
  expect(results).toMatchObject({ state: 'succeeded', error: undefined });
  expect(results.counts).toMatchObject({ read: state.enrolments.size, sent: state.enrolments.size });

  state.putCourse({ id: first!.id, status: 'DRAFT' });
  state.putCourse({ id: second!.id, name: 'Renamed' });
  expect((await sync('catalog')).counts).toMatchObject({ sent: 1, deleted: 1 });
  state.putCourse({ id: first!.id, status: 'PUBLISHED' });
  expect((await sync('catalog')).counts).toMatchObject({ sent: 1, deleted: 0 });
  const [one] = state.enrolments.values();
  state.enrol({ ...one!, percent: 33, status: 'In Progress' });
  expect((await sync('consumption')).counts).toMatchObject({ sent: 1, quarantined: 0 });
});
