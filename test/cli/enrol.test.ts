import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Seen } from '../enrolments/batches';
import { type Bridge, startBridge, until } from '../setup/bridge';
import { startStorageProxy } from '../setup/storage-proxy';
import { run } from './terminal';

let bridge: Bridge;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lms-bridge-enrol-'));
  bridge = await startBridge({ sandbox: { khalibre: { courses: 4, learners: 4 }, academy: { courses: 3 } } });
  khalibre().putCourse({ id: 5000, title: 'One', end: null, communities: [57] });
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await bridge.stop();
});

const khalibre = () => bridge.sandbox.khalibre!.state;
function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}
const csv = (name: string, ...lines: string[]) => file(name, ['source,courseId,email', ...lines].join('\n'));
const booked = (email: string) => khalibre().progress.filter((row) => row.email === email).length;

test('a file is worked to its end, and each row told: exit code 0', async () => {
  const path = csv('all.csv', 'khalibre,5000,cli.1@example.com', 'khalibre,5000,cli.2@example.com');
  const { code, stdout, stderr } = await run(`enrol ${path}`, bridge.env);
  expect(stdout).toMatch(/^row +state +error\n2 +enrolled\n3 +enrolled\n2 done, 0 failed, 0 left\n$/);
  expect([code, stdout.includes('@'), stderr.includes('@')]).toEqual([0, false, false]);
  expect([booked('cli.1@example.com'), booked('cli.2@example.com')]).toEqual([1, 1]);
});

test('some that fail are 2, none that succeeds 1; --json gives one object', async () => {
  const gone = {
    source: 'khalibre',
    courseId: '999999',
    communityId: '57',
    learner: { email: 'g@example.com' },
  };
  const some = file('some.json', [{ ...gone, courseId: '5000' }, gone]);
  const { code, stdout } = await run(`enrol ${some} --json`, bridge.env);
  const told = JSON.parse(stdout) as Seen & { batchId: string };
  expect(code).toBe(2);
  expect(told).toMatchObject({
    state: 'done',
    counts: { total: 2, done: 1, failed: 1, pending: 0 },
    results: [
      { row: 1, state: 'enrolled' },
      { row: 2, state: 'failed', status: 404 },
    ],
  });
  expect((await run(`enrol ${file('none.json', gone)}`, bridge.env)).code).toBe(1);
  const again = await run(`enrol --batch ${told.batchId} --json`, bridge.env);
  expect([again.code, JSON.parse(again.stdout)]).toEqual([2, told]);
});

test('--remove takes learners out', async () => {
  const state = bridge.sandbox.academy!.state;
  const course = [...state.courses.values()].find(({ status }) => status !== 'DRAFT')!;
  const { id: userId } = state.addUser({ email: 'cli.out@example.com', firstName: 'A', lastName: 'B' });
  state.enrol({ courseId: course.id, userId });
  const path = csv('out.csv', `academyofmine,${course.id},cli.out@example.com`);
  expect((await run(`enrol ${path} --remove`, bridge.env)).stdout).toMatch(/^2 +removed$/m);
  expect(state.find(course.id, userId)).toBeUndefined();
});

test('a bad row is named by its line, and nothing is done', async () => {
  const path = csv('bad.csv', 'khalibre,5000,cli.good@example.com', 'khalibre,5000,bad');
  const { code, stderr } = await run(`enrol ${path}`, bridge.env);
  expect(code).toBe(1);
  expect(stderr).toBe('Rows are wrong, and nothing was done:\n  row 3   email must be a mail address\n');
  const { stdout } = await run(`enrol ${path} --json`, bridge.env);
  expect(JSON.parse(stdout)).toMatchObject({ errors: [{ row: 3, field: 'email' }] });
  expect(booked('cli.good@example.com')).toBe(0);
});

test.each([
  ['enrol', /Say which: enrol FILE/],
  ['enrol rows.txt', /must end in \.csv or \.json/],
  ['enrol nowhere.csv', /^nowhere\.csv does not exist\n$/, 1],
  ['enrol --batch 12', /32 digits/],
  [`enrol --batch ${'a'.repeat(32)}`, /There is no batch/, 1],
  [`enrol --batch ${'a'.repeat(32)} --remove`, /goes with a file/],
] as const)('%s is refused in a sentence', async (args, said, exits: number = 2) => {
  const { code, stderr } = await run(args, bridge.env);
  expect(code).toBe(exits);
  expect(stderr).toMatch(said);
});

test('files without rows, too large, or of other content say so', async () => {
  const said = async (path: string) => (await run(`enrol ${path}`, bridge.env)).stderr;
  expect(await said(csv('empty.csv'))).toMatch(/no rows/);
  expect(await said(file('large.json', ' '.repeat(2 * 1024 * 1024 + 1)))).toMatch(/bytes at the most/);
  expect(
    await said(
      file(
        'many.json',
        Array.from({ length: 5_001 }, () => ({})),
      ),
    ),
  ).toMatch(/5000 rows/);
  expect(await said(file('no.json', '{"email":"secret@example.com"'))).toBe('The file is not valid JSON\n');
});

test('when storage goes away in between, it says how to go on', async () => {
  const proxy = await startStorageProxy(bridge.env.AzureWebJobsStorage!);
  const state = khalibre();
  const book = state.putProgress.bind(state);
  state.putProgress = (row) => {
    proxy.mood = { type: 'refuses', status: 403 };
    return book(row);
  };
  const path = csv('cut.csv', 'khalibre,5000,cli.cut@example.com');
  const cut = await run(`enrol ${path}`, { ...bridge.env, AzureWebJobsStorage: proxy.connectionString });
  state.putProgress = book;
  await proxy.stop();
  expect(cut.code).toBe(1);
  expect(cut.stderr).toMatch(/storage account refuses/);
  const batchId = /--batch ([0-9a-f]{32})/.exec(cut.stderr)?.[1] ?? '';
  expect(await bridge.app.engine.enrolments.read(batchId)).toMatchObject({ state: 'running', total: 1 });
}, 60_000);

test('Ctrl-C puts back what is in hand; the batch goes on later', async () => {
  const { faults, requests } = bridge.sandbox.khalibre!.server;
  faults.set({ rate: 1, kinds: ['hang-before'], paths: ['/progress/learner'] });
  const path = csv('stop.csv', 'khalibre,5000,cli.stop@example.com');
  const interruption = new AbortController();
  const running = run(`enrol ${path}`, bridge.env, {}, interruption.signal);
  await until('it waits', () => requests.inFlight > 0);
  interruption.abort(new Error('Interrupted'));
  const { code, stderr } = await running;
  expect(code).toBe(130);
  faults.set();
  const batchId = /--batch ([0-9a-f]{32})/.exec(stderr)?.[1] ?? '';
  expect((await run(`enrol --batch ${batchId}`, bridge.env)).code).toBe(0);
  expect(booked('cli.stop@example.com')).toBe(1);
});
