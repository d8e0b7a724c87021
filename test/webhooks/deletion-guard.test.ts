import { type Bridge, startBridge } from '../setup/bridge';
import { settle, take } from './hooks';

/*
 * A source that loses its courses by events and by its listing at the same time: what the one way took counts for the
 * other.
 */

const day = 24 * 3_600_000;
let bridge: Bridge;
let now = Date.now();
beforeEach(async () => {
  now = Date.now();
  bridge = await startBridge({
    sandbox: { openEdx: { courses: 60 } },
    overrides: { now: () => now },
  });
  expect((await bridge.sync('catalog')).state).toBe('succeeded');
});
afterEach(() => bridge.stop());

const edx = () => bridge.sandbox.openEdx.state;
const shown = () => [...edx().courses.values()].filter(({ hidden }) => !hidden).map(({ id }) => id);
const deleted = () =>
  [...bridge.sandbox.ldServices.state.catalog.values()].filter(({ record }) => record.Deleted === 'true')
    .length;

async function goByEvent(ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    edx().removeCourse(id);
    await take(bridge.app, { type: 'course.deleted', courseId: id }, {}, 'openedx');
  }
  now += 60_000;
  await settle(bridge.app);
}

test('what events withdrew within a day counts towards the guard of the listing', async () => {
  const [by, others] = [shown().slice(0, 8), shown().slice(8, 13)];
  await goByEvent(by);
  expect(deleted()).toBe(8);
  // Nothing more is missing: a listing that takes nothing back has nothing to be held up for.
  expect(await bridge.sync('catalog')).toMatchObject({ state: 'succeeded', counts: { deleted: 0 } });

  for (const id of others) edx().removeCourse(id);
  const run = await bridge.sync('catalog');
  expect(run).toMatchObject({ state: 'failed', counts: { deleted: 0 } });
  expect(run.error).toMatch(/^13 of \d+ courses .* 8 of them withdrawn by events .*allowDeletes/);
  expect(deleted()).toBe(8);

  const allowed = await bridge.sync('catalog', { request: { allowDeletes: true } });
  expect(allowed).toMatchObject({ state: 'succeeded', counts: { deleted: 5 } });
  expect(deleted()).toBe(13);
});

test('what events withdrew counts no more after a day, nor once it came back', async () => {
  const [by, others] = [shown().slice(0, 8), shown().slice(8, 13)];
  const courses = by.map((id) => edx().courses.get(id)!);
  await goByEvent(by);
  for (const course of courses.slice(0, 4)) edx().putCourse(course);
  expect((await bridge.sync('catalog')).counts.sent).toBe(4);
  for (const id of others) edx().removeCourse(id);
  expect(await bridge.sync('catalog')).toMatchObject({ state: 'succeeded', counts: { deleted: 5 } });

  now += day + 1_000;
  for (const id of shown().slice(0, 9)) edx().removeCourse(id);
  expect(await bridge.sync('catalog')).toMatchObject({ state: 'succeeded', counts: { deleted: 9 } });
});
