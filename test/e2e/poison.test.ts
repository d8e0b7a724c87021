import { buildSync } from 'esbuild';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pageScript } from '../../scripts/page-script.cjs';
import { buildHost, type HostProcess, spawnHost } from '../local/built-host';
import { type Bridge, startBridge, until } from '../setup/bridge';
import { startStorageProxy, type StorageProxy } from '../setup/storage-proxy';

/*
 * The real app in the real local host: messages whose function fails maxDequeueCount times go to their poison queue,
 * and its trigger ends what they were about.
 */

const root = resolve(__dirname, '../..');
const maxDequeueCount = 5;
let bridge: Bridge;
let storage: StorageProxy;
let host: HostProcess;
const clean: (() => void | Promise<void>)[] = [];

/** The app in a folder of its own, as it is deployed, but for a shorter delay after a failure. */
function buildApp(): string {
  mkdirSync(join(root, 'dist'), { recursive: true });
  const folder = mkdtempSync(join(root, 'dist/test-app-'));
  clean.push(() => rmSync(folder, { recursive: true, force: true }));
  const files = ['src/index.ts', ...globSync('src/functions/*.ts', { cwd: root })];
  const contents = files.map((file) => `import ${JSON.stringify(join(root, file))};`).join('\n');
  const how = {
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node22',
    format: 'cjs',
    define: pageScript(),
  } as const;
  buildSync({ stdin: { contents, resolveDir: root }, outfile: join(folder, 'app.js'), ...how });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ main: 'app.js' }));
  const hostJson = JSON.parse(readFileSync(join(root, 'host.json'), 'utf8')) as {
    extensions: { queues: Record<string, unknown> };
  };
  expect(hostJson.extensions.queues).toMatchObject({ maxDequeueCount });
  hostJson.extensions.queues.visibilityTimeout = '00:00:01';
  writeFileSync(join(folder, 'host.json'), JSON.stringify(hostJson));
  return folder;
}

beforeAll(async () => {
  bridge = await startBridge({ sandbox: { openEdx: { endBound: 'exclusive' } } });
  clean.push(() => bridge.stop());
  storage = await startStorageProxy(bridge.env.AzureWebJobsStorage ?? '');
  clean.push(() => storage.stop());
  const { folder, remove } = await buildHost();
  clean.push(remove);
  const never = '0 0 0 1 1 *';
  const env = {
    ...bridge.env,
    LMS__openedx__maxRowsPerSlice: '100',
    AzureWebJobsStorage: storage.connectionString,
    CATALOG_SCHEDULE: never,
    CONSUMPTION_SCHEDULE: never,
    // It sends messages of its own for slices that wait, and one of those could be served first.
    'AzureWebJobs.sweepTimer.Disabled': 'true',
    PORT: '0',
  };
  host = await spawnHost([join(folder, 'host.js')], env, { cwd: buildApp() });
  clean.push(() => host.end());
}, 60_000);
afterAll(async () => {
  for (const one of clean.reverse()) await one();
});

/** Refuses what a worker does first with something, until its message has gone to the poison queue. */
function refuse(queue: string, what: (method: string, path: string) => boolean): void {
  let poisoned = false;
  const only = (method: string, path: string): boolean => {
    if (method === 'POST' && path.includes(`/${queue}-poison/messages`)) poisoned = true;
    return !poisoned && what(method, path);
  };
  storage.mood = { type: 'refuses', status: 403, only };
}

const get = async <T>(path: string): Promise<T> =>
  (await fetch(`${host.url}/api/${path}`)).json() as Promise<T>;
const post = async <T>(path: string, body: unknown): Promise<T> => {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${host.url}/api/${path}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(202);
  return (await answer.json()) as T;
};

interface RunAnswer {
  readonly runId: string;
  readonly state: string;
  readonly error?: string;
  readonly slices: { total: number; done: number; failed: number };
}

async function ended(kind: string): Promise<RunAnswer> {
  const { runs } = await post<{ runs: { runId: string }[] }>('resync', { source: 'openedx', kind });
  const runId = runs[0]?.runId ?? '';
  let run: RunAnswer | undefined;
  await until(
    'the run has ended',
    async () => {
      run = await get<RunAnswer>(`runs/${runId}`);
      return run.state !== 'waiting' && run.state !== 'running';
    },
    60_000,
  );
  return run as RunAnswer;
}

const given = (queue: string): string => `A message of ${queue} failed ${maxDequeueCount} times and goes to`;

test('a slice’s message: the slice is marked failed, and its run ends', async () => {
  // Nobody can take it, as long as it goes on; a slice ends together with its run's row, in another request.
  const only = (method: string, path: string): boolean =>
    method === 'PUT' && /runs\(.*RowKey='slice-[^']*0002'/.test(path);
  storage.mood = { type: 'refuses', status: 403, only };
  const run = await ended('consumption');
  storage.mood = { type: 'works' };
  expect(host.output()).toContain(given('sync-slices'));
  expect(run).toMatchObject({ state: 'failed', error: 'its worker failed every time; see the log' });
  expect(run.slices).toMatchObject({ done: run.slices.total - 1, failed: 1 });
  const { engine } = bridge.app;
  expect((await engine.runs.readSlice((await engine.runs.read(run.runId))!, 2))?.state).toBe('failed');
  // The feed is free, and the next run reads what is missing.
  expect(await ended('consumption')).toMatchObject({ state: 'succeeded' });
  expect(bridge.sandbox.ldServices.state.consumption.size).toBe(bridge.sandbox.openEdx.state.grades.size);
}, 120_000);

test('a plan’s message: the run fails', async () => {
  // The first lease that a run needs is its planner's.
  refuse('sync-runs', (method, path) => method === 'POST' && path.endsWith('/leases'));
  expect(await ended('catalog')).toMatchObject({
    state: 'failed',
    error: 'The run could not be planned; see the log',
    slices: { total: 0 },
  });
  expect(host.output()).toContain(given('sync-runs'));
  expect(await ended('catalog')).toMatchObject({ state: 'succeeded' });
}, 120_000);

test('an event’s message: the event is dead, and can be replayed', async () => {
  refuse('webhook-events', (_, path) => path.includes("RowKey='raw-"));
  const [courseId] = bridge.sandbox.openEdx.state.courses.keys();
  const { eventId } = await post<{ eventId: string }>('webhooks/openedx', {
    type: 'course.updated',
    courseId,
  });
  const dead = async () => (await get<{ events: unknown[] }>('events?state=dead')).events;
  await until('the event is dead', async () => (await dead()).length > 0, 60_000);
  expect(host.output()).toContain(given('webhook-events'));
  expect(await dead()).toMatchObject([
    { eventId, state: 'dead', error: 'Its worker failed every time; see the log' },
  ]);
  await post('events/replay', { ids: [eventId] });
  await until('it is applied', async () => {
    const { events } = await get<{ events: unknown[] }>('events?state=applied');
    return events.length > 0;
  });
}, 120_000);
