import type { Explanation } from '../../src/lib/explain/explanation';
import { startBridge, type Bridge } from '../setup/bridge';
import { run } from './terminal';

const email = 'one.learner@example.com';

describe('a feed that is read whole', () => {
  let bridge: Bridge;
  let courseId: string;
  beforeAll(async () => {
    bridge = await startBridge({
      sandbox: {
        openEdx: { courses: 4, learners: 20, grades: 60, bulkGrades: false, courseGradeEmails: 'all' },
      },
      env: { LMS__openedx__grades: 'courses' },
    });
    const listed = [...bridge.sandbox.openEdx.state.courses.values()];
    courseId = listed.find(({ hidden, staffOnly }) => !hidden && !staffOnly)!.id;
  });
  afterAll(() => bridge.stop());

  const explain = async (learner?: string): Promise<Explanation> => {
    const whom = learner === undefined ? '' : ` --learner ${learner}`;
    const { stdout, stderr } = await run(
      `explain --source openedx --course ${courseId}${whom} --json`,
      bridge.env,
    );
    if (learner !== undefined) expect(stdout + stderr).not.toContain(learner);
    expect(stderr).toBe('');
    return JSON.parse(stdout) as Explanation;
  };

  test('a result is followed from the source to the sink', async () => {
    const { openEdx, ldServices } = bridge.sandbox;
    expect(await explain(email)).toMatchObject({ atSource: { found: 'no' }, atSink: { told: 'never' } });
    openEdx.state.grade({ email, courseId, percent: 0.4 });
    expect(await explain(email)).toMatchObject({
      atSource: { found: 'yes', says: { status: 'InProgress', percent: 40 } },
      atSink: { told: 'never' },
      why: 'No sync has sent the row yet.',
      next: `lms-bridge sync consumption --source openedx --course ${courseId}`,
    });
    const { runId } = await bridge.sync('consumption');
    const same = await explain(email.toUpperCase());
    expect(same).toMatchObject({
      atSink: { told: 'same' },
      feed: { lastRun: { runId, state: 'succeeded' } },
    });
    expect(Math.abs(Date.now() - Date.parse(same.atSink.at ?? ''))).toBeLessThan(60_000);
    expect(same.next).toBeUndefined();

    openEdx.state.grade({ email, courseId, percent: 0.9 });
    expect(await explain(email)).toMatchObject({
      atSink: { told: 'differs' },
      why: 'The source changed the row after the last sync.',
    });
    ldServices.state.poisoned.add(email);
    await bridge.sync('consumption');
    const refused = await explain(email);
    expect(refused.quarantine).toHaveLength(1);
    expect(refused.next).toContain(`lms-bridge replay quarantine ${refused.quarantine[0]!.id}`);
    ldServices.state.poisoned.clear();

    const { learnerLedger } = bridge.app.engine;
    const route = { source: 'openedx', destination: 'ld' };
    await learnerLedger.markDoubt(route, courseId, (await learnerLedger.load(route, courseId)).etag);
    expect(await explain(email)).toMatchObject({ atSink: { told: 'in doubt' } });
  });

  test('a course is followed from the source to the sink, and back', async () => {
    const course = bridge.sandbox.openEdx.state.courses.get(courseId)!;
    expect(await explain()).toMatchObject({ atSource: { found: 'yes' }, atSink: { told: 'never' } });
    await bridge.sync('catalog');
    expect(await explain()).toMatchObject({
      atSource: { says: { name: course.name } },
      atSink: { told: 'same' },
      why: 'The sink was told just this, and acknowledged it.',
    });
    Object.assign(course, { name: 'Renamed' });
    expect(await explain()).toMatchObject({ atSink: { told: 'differs' } });
    Object.assign(course, { hidden: true, staffOnly: true });
    expect(await explain()).toMatchObject({
      atSource: { found: 'no' },
      why: 'The source no longer shows the course, and the sink was not told yet.',
    });
    await bridge.sync('catalog', { request: { allowDeletes: true } });
    expect(await explain()).toMatchObject({ atSource: { found: 'no' }, atSink: { told: 'deleted' } });
  });
});

test('a feed that is read by time says that it keeps no ledger, and what is in quarantine', async () => {
  const bridge = await startBridge();
  const { openEdx, ldServices } = bridge.sandbox;
  const [course] = [...openEdx.state.courses.values()];
  const command = `explain --source openedx --course ${course!.id} --learner ${email}`;
  openEdx.state.grade({ email, courseId: course!.id, percent: 0.5, modified: Date.now() - 5_000 });
  ldServices.state.poisoned.add(email);
  await bridge.sync('consumption');
  const refused = await run(command, bridge.env);
  expect(refused.stdout).toMatch(/quarantine +since .*openedx-consumption-[0-9a-f]{16}/);
  expect(refused.stdout).toContain('lms-bridge replay quarantine openedx-consumption-');
  ldServices.state.poisoned.clear();
  await run('replay quarantine', bridge.env);
  const { code, stdout, stderr } = await run(command, bridge.env);
  const { watermark } = await bridge.app.engine.feeds.read({
    source: 'openedx',
    kind: 'consumption',
    destination: 'ld',
  });
  expect(stdout).toMatch(/sink was told +not kept: this feed has no ledger/);
  expect(stdout).toMatch(/quarantine +no\n/);
  expect(stdout).toContain(watermark);
  expect(stdout + stderr + refused.stdout + refused.stderr).not.toContain(email);
  expect(code).toBe(0);
  await bridge.stop();
});
