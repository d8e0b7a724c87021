import { randomBytes } from 'node:crypto';
import { type Bridge, startBridge } from '../setup/bridge';
import { noteText } from '../../src/lib/domain/notes';

/*
 * Rows, transactions and properties of a table have their limits. What goes beyond them costs one record at the most.
 */

let bridge: Bridge;
afterEach(() => bridge.stop());

/** Text that no compression makes smaller. */
const noise = (bytes: number): string => randomBytes(Math.ceil((bytes * 3) / 4)).toString('base64');

const start = (courses: number, env: Record<string, string> = {}): Promise<Bridge> =>
  startBridge({ sandbox: { openEdx: { courses, learners: 2, grades: 2 } }, env });

const courses = () => bridge.sandbox.openEdx.state.courses;

test('a catalog of large courses is delivered, whatever a page of it weighs', async () => {
  bridge = await start(60);
  for (const id of courses().keys())
    bridge.sandbox.openEdx.state.putCourse({ id, shortDescription: noise(100_000) });
  const run = await bridge.sync('catalog');
  expect(run.state).toBe('succeeded');
  expect(run.counts.sent).toBeGreaterThan(50);
  expect(bridge.sandbox.ldServices.state.catalog.size).toBe(run.counts.sent);
});

test('a course that is too large to be kept costs itself, and says so', async () => {
  bridge = await start(5);
  const [first] = courses().keys();
  bridge.sandbox.openEdx.state.putCourse({ id: first!, shortDescription: noise(2_000_000) });
  const run = await bridge.sync('catalog');
  expect(run).toMatchObject({ state: 'partial', counts: { read: 5, sent: 4, quarantined: 1 } });
  for await (const { reason } of bridge.app.engine.quarantine.list())
    expect(reason).toMatch(
      /^its record takes \d+ kB compressed, and 800 kB is the most .* too large to be kept/,
    );
});

test.each([400, 3_000])('a course whose id has %i characters costs itself at the most', async (length) => {
  bridge = await start(3, { LMS__openedx__grades: 'courses' });
  const id = `course-v1:edX+${'x'.repeat(length)}+1`;
  bridge.sandbox.openEdx.state.putCourse({ id, name: 'A long id' });
  const [row] = [...bridge.sandbox.openEdx.state.grades];
  bridge.sandbox.openEdx.state.grade({ email: row!.learner.email, courseId: id, percent: 0.95 });
  const fits = length < 2_000;
  expect(await bridge.sync('catalog')).toMatchObject({
    state: fits ? 'succeeded' : 'partial',
    counts: { read: 4, sent: fits ? 4 : 3, quarantined: fits ? 0 : 1 },
  });
  const results = await bridge.sync('consumption');
  expect(results.state).toBe('succeeded');
  expect(results.counts.sent).toBe(fits ? 3 : 2);
  if (!fits) expect(results.notes.map(noteText).join()).toContain('a course is left out: its id has');
});

test('a dry run over long names shows the beginnings of them', async () => {
  bridge = await start(12);
  for (const id of courses().keys()) bridge.sandbox.openEdx.state.putCourse({ id, name: 'ä'.repeat(20_000) });
  const run = await bridge.sync('catalog', { dryRun: true });
  expect(run).toMatchObject({ state: 'succeeded', changes: { created: 12 } });
  expect(run.changes?.samples[0]?.detail).toBe(`${'ä'.repeat(199)}…`);
});
