import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRun } from '../../src/lib/sync/run/start';
import { workRun } from '../../src/lib/sync/run/work-run';
import { type Bridge, startBridge } from '../setup/bridge';

let bridge: Bridge;
beforeEach(async () => {
  // A stock Open edX: no bulk grades, so every course is read whole and compared.
  bridge = await startBridge({
    sandbox: {
      openEdx: { courses: 4, learners: 20, grades: 60, bulkGrades: false, courseGradeEmails: 'all' },
    },
    env: { LMS__openedx__grades: 'courses' },
  });
});
afterEach(() => bridge.stop());

const posts = () => bridge.sandbox.ldServices.state.posts.filter(({ kind }) => kind === 'consumption');
const records = () =>
  posts().flatMap(({ body }) => body as { UserAlias: string; ConsumptionStatus: string }[]);

test('a grade that goes 0.4, 0.9, passed is told three times; an unchanged scan sends nothing', async () => {
  await bridge.sync('consumption');
  const edx = bridge.sandbox.openEdx.state;
  const [course] = [...edx.courses.values()].filter(({ hidden, staffOnly }) => !hidden && !staffOnly);
  const learner = { email: 'one.learner@example.com', courseId: course?.id ?? '' };
  const told = () =>
    records()
      .filter(({ UserAlias }) => UserAlias === learner.email)
      .map((r) => r.ConsumptionStatus);
  for (const percent of [0.4, 0.45, 0.95]) {
    edx.grade({ ...learner, percent });
    expect((await bridge.sync('consumption')).counts.sent).toBe(1);
  }
  expect(told()).toEqual(['InProgress', 'InProgress', 'Passed']);
  const before = posts().length;
  const fourth = await bridge.sync('consumption');
  expect(fourth).toMatchObject({ state: 'succeeded', counts: { sent: 0 } });
  expect(fourth.counts.unchanged).toBe(fourth.counts.read);
  expect(posts()).toHaveLength(before);
});

test('full mode sends all of it again', async () => {
  const first = await bridge.sync('consumption');
  const full = await bridge.sync('consumption', { mode: 'full' });
  expect(full.counts).toMatchObject({ sent: first.counts.sent, unchanged: 0 });
});

test('a dry run tells created from updated, names nobody, and writes nothing', async () => {
  const dry = await bridge.sync('consumption', { dryRun: true });
  expect(dry.changes?.created).toBe(dry.counts.sent);
  expect(JSON.stringify(dry)).not.toContain('@');
  expect(posts()).toHaveLength(0);
  await bridge.sync('consumption');
  bridge.sandbox.openEdx.state.regrade(3);
  const second = await bridge.sync('consumption', { dryRun: true });
  expect(second.changes).toMatchObject({ created: 0, deleted: 0 });
  expect(second.changes?.updated).toBe(second.counts.sent);
});

test('a row without an address is skipped and counted', async () => {
  bridge.sandbox.openEdx.state.options.courseGradeEmails = 'none';
  const run = await bridge.sync('consumption');
  expect(run.state).toBe('partial');
  expect(run.counts.skipped).toBe(run.counts.read);
  expect(posts()).toHaveLength(0);
});

test('one learner, one course: the rest is left alone', async () => {
  const { courses, ofCourse } = {
    ...bridge.sandbox.openEdx.state,
    ofCourse: (id: string) => bridge.sandbox.openEdx.state.grades.ofCourse(id),
  };
  const [course] = [...courses.values()].filter(({ id }) => [...ofCourse(id)].length > 1);
  const [row] = [...ofCourse(course?.id ?? '')];
  const request = { courseId: course?.id, learner: row?.learner.email };
  const run = await bridge.sync('consumption', { request });
  expect(run.counts).toMatchObject({ read: 1, sent: 1 });
  expect(records().map(({ UserAlias }) => UserAlias)).toEqual([row?.learner.email]);
});

test('an address is found by the learner’s name in a CSV file', async () => {
  const edx = bridge.sandbox.openEdx.state;
  edx.options.courseGradeEmails = 'none';
  const folder = mkdtempSync(join(tmpdir(), 'lms-bridge-addresses-'));
  const file = join(folder, 'learners.csv');
  const learners = new Map([...edx.grades].map(({ learner }) => [learner.username, learner.email]));
  const [unknown] = [...learners.keys()];
  learners.delete(unknown ?? '');
  writeFileSync(file, [...learners].map((line) => line.join(',')).join('\n'));
  const app = bridge.another({}, { LMS__openedx__addresses: file });
  const { runId } = await startRun(
    app.engine,
    { source: 'openedx', kind: 'consumption', destination: 'ld' },
    { trigger: 'cli' },
  );
  const run = await workRun(app.engine, runId, new AbortController().signal);
  const without = [...edx.grades].filter(({ learner }) => learner.username === unknown).length;
  expect(run.counts.skipped).toBe(run.counts.read - run.counts.sent);
  expect(run.counts.skipped).toBeLessThanOrEqual(without);
  expect(new Set(records().map(({ UserAlias }) => UserAlias))).not.toContain(undefined);
  expect(run.counts.sent).toBeGreaterThan(0);
  rmSync(folder, { recursive: true });
});
