import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { freePorts } from '../../local/azurite';
import { until } from '../setup/bridge';

// What `npm start` runs, as a person starts it: the built app in the local host, Azurite and the sandbox.
const root = join(__dirname, '../..');

let child: ChildProcessWithoutNullStreams;
let shown = '';
let url = '';

beforeAll(async () => {
  const [port] = await freePorts(3);
  url = `http://127.0.0.1:${port}`;
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(LMS|LD_|AzureWebJobs)/.test(name)),
  );
  child = spawn(process.execPath, [join(root, 'dist/local/start.js')], {
    cwd: root,
    env: { ...env, PORT: String(port), CONSUMPTION_SCHEDULE: '*/5 * * * * *' },
  });
  child.stdout.on('data', (chunk: Buffer) => (shown += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (shown += chunk.toString()));
  await until('the first sync is told of', () => shown.includes('From here on'), 90_000);
}, 100_000);

afterAll(() => child.kill('SIGKILL'));

const get = async (path: string) => (await fetch(`${url}/api/${path}`)).json() as Promise<unknown>;

test('lists the functions with their addresses', () => {
  for (const name of ['resync: [POST]', 'runs: [GET]', 'watermarks: [GET]', 'health: [GET]'])
    expect(shown).toContain(name);
  expect(shown).toMatch(/catalogTimer: timer .*\(UTC\)/);
  expect(shown).toContain('sliceWorker: queue sync-slices');
});

test('ends its first sync in plain words', () => {
  expect(shown).toMatch(/openedx: \d+ courses created\./);
  // Of 12,000; one that changes while it is read waits for the next sync.
  expect(shown).toMatch(/openedx: (119[89]\d|12000) results delivered\./);
  expect(shown).toMatch(/openedx: the watermark is now at 20\d\d-/);
});

test('the runs are there to read, newest first, a page at a time', async () => {
  const { runs, next } = (await get('runs?limit=1')) as { runs: unknown[]; next?: string };
  expect(runs).toHaveLength(1);
  expect(next).toBeDefined();
  const older = (await get(`runs?limit=50&next=${next}`)) as { runs: { runId: string; state: string }[] };
  expect(older.runs.some(({ runId }) => runId === next)).toBe(false);
  const { runId } = older.runs.at(-1) ?? { runId: '' };
  expect(await get(`runs/${runId}`)).toMatchObject({ runId, state: 'succeeded' });
});

test('the timer goes on where the first sync stopped', async () => {
  const timed = async () => {
    const { runs } = (await get('runs?kind=consumption&limit=200')) as {
      runs: { trigger: string; state: string; window?: { from: string } }[];
    };
    return runs.find((run) => run.trigger === 'timer' && run.state === 'succeeded' && run.window);
  };
  await until('a timer’s run has succeeded', async () => (await timed()) !== undefined, 40_000);
  expect((await timed())?.window?.from).not.toBe('2012-01-01T00:00:00Z');
}, 50_000);

test('refuses what it cannot do, by the name of the field', async () => {
  const post = async (body: unknown) => {
    const answer = await fetch(`${url}/api/resync`, { method: 'POST', body: JSON.stringify(body) });
    return {
      status: answer.status,
      type: answer.headers.get('content-type'),
      ...((await answer.json()) as object),
    };
  };
  expect(await post({ source: 'nobody' })).toMatchObject({ status: 422, errors: [{ field: 'source' }] });
  expect(await post({ from: 'yesterday' })).toMatchObject({ status: 400, errors: [{ field: 'from' }] });
  expect(await post({ fromm: '2026-01-01' })).toMatchObject({ status: 400, errors: [{ field: 'fromm' }] });
  expect(await post({ source: 'openedx', kind: 'catalog', from: '2026-01-01' })).toMatchObject({
    status: 422,
  });
  const missing = await fetch(`${url}/api/runs/no-such-run`);
  expect(missing.status).toBe(404);
  expect(missing.headers.get('content-type')).toContain('application/problem+json');
});

test('health says ok, and nothing else', async () => {
  expect(await get('health')).toEqual({ status: 'ok' });
});

test('Ctrl-C stops all of it', async () => {
  child.kill('SIGINT');
  const [code] = (await once(child, 'exit')) as [number];
  expect(code).toBe(0);
  expect(shown).toContain('Stopped.');
  await expect(fetch(`${url}/api/health`)).rejects.toThrow();
}, 30_000);
