import type { AnySchema } from 'ajv/dist/2020';
import type { RunView } from '../../src/lib/api/run-view';
import { until } from '../setup/bridge';
import { faultsBy } from './described';
import { type Served, serve } from './served';

// Two destinations behind the built app: the L&D services, and a webhook's receiver that verifies what it gets.
let served: Served;
let faults: ReturnType<typeof faultsBy>;
beforeEach(async () => {
  served = await serve({ sandbox: { webhookReceiver: {} }, env: { LMS__openedx__grades: 'courses' } });
  faults = faultsBy((await (await fetch(`${served.url}/openapi.json`)).json()) as AnySchema);
}, 60_000);
afterEach(() => served.stop());

const ld = () => served.bridge.sandbox.ldServices;
const webhook = () => served.bridge.sandbox.webhookReceiver!;
const poison = (courseId: string): void => {
  ld().state.poisoned.add(courseId.replace('course-v1:', ''));
  webhook().state.poisoned.add(courseId);
};

interface Got {
  readonly runs?: (RunView & { url: string })[];
  readonly records?: { id: string; destination: string }[];
  readonly watermarks?: { destination: string }[];
  readonly pauses?: { system: string }[];
  readonly replayed?: number;
  readonly detail?: string;
}

/** Asks, and holds the answer against the document that is served. */
async function ask(method: 'get' | 'post', path: string, body?: object): Promise<[number, Got]> {
  const answer = await fetch(served.url + path, {
    method: method.toUpperCase(),
    ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const content = (await answer.json()) as Got;
  const [type = ''] = (answer.headers.get('content-type') ?? '').split(';');
  const [described = ''] = path.split('?');
  expect(faults(method, described, { status: answer.status, type, content })).toEqual([]);
  return [answer.status, content];
}
const get = async (path: string): Promise<Got> => (await ask('get', path))[1];
const isOver = ({ state }: { state: string }): boolean => state !== 'waiting' && state !== 'running';

/** Starts runs and waits until they have ended. */
async function sync(asked: object, path = '/resync'): Promise<RunView[]> {
  const [status, { runs = [] }] = await ask('post', path, asked);
  expect(status).toBe(202);
  return Promise.all(
    runs.map(async ({ runId }) => {
      let run: RunView | undefined;
      await until(`${runId} has ended`, async () => {
        run = (await (await fetch(`${served.url}/runs/${runId}`)).json()) as RunView;
        return isOver(run);
      });
      return run!;
    }),
  );
}
const ended = (runs: readonly RunView[]): string[] =>
  runs.map(({ kind, destination, state }) => `${kind} ${destination} ${state}`).sort();

test('a resync of one destination touches no other; left out means all', async () => {
  expect(ended(await sync({ destination: 'webhook' }))).toEqual([
    'catalog webhook succeeded',
    'consumption webhook succeeded',
  ]);
  expect(webhook().state.courses.size).toBe(12);
  expect(webhook().state.progress.size).toBeGreaterThan(100);
  expect(ld().state.posts).toEqual([]);
  const calls = webhook().state.calls.length;
  expect(ended(await sync({ destination: 'ld', kind: 'catalog', mode: 'full' }))).toEqual([
    'catalog ld succeeded',
  ]);
  expect(ld().state.catalog.size).toBe(12);
  expect(webhook().state.calls).toHaveLength(calls);
  expect(ended(await sync({ kind: 'catalog', dryRun: true }))).toEqual([
    'catalog ld succeeded',
    'catalog webhook succeeded',
  ]);
});

test('one that is down delays no other, and lists tell them apart', async () => {
  ld().server.faults.set({ rate: 1, kinds: ['429-seconds'], retryAfterSeconds: 3_600, paths: ['/C'] });
  const [, { runs = [] }] = await ask('post', '/resync', {});
  expect(runs).toHaveLength(4);
  await until('what goes to the webhook has arrived', async () => {
    const { runs: listed = [] } = await get('/runs?destination=webhook');
    return listed.length === 2 && listed.every(({ state }) => state === 'succeeded');
  });
  const { runs: waiting = [] } = await get('/runs?destination=ld');
  expect(waiting.map(({ destination }) => destination)).toEqual(['ld', 'ld']);
  expect(waiting.filter(isOver)).toEqual([]);
  expect((await get('/runs?destination=ld&state=succeeded')).runs).toEqual([]);
  expect((await get('/pauses')).pauses?.map(({ system }) => system)).toEqual(['ld-services']);
});

test('a watermark is each destination’s own, and is listed by it', async () => {
  const { bridge } = served;
  for (const destination of ['ld', 'webhook'])
    await bridge.app.engine.feeds.update({ source: 'openedx', kind: 'consumption', destination }, () => ({
      watermark: '2026-01-31T00:00:00Z' as never,
    }));
  const listed = async (query: string): Promise<unknown> =>
    (await get(`/watermarks${query}`)).watermarks?.map(({ destination }) => destination).sort();
  expect(await listed('')).toEqual(['ld', 'webhook']);
  expect(await listed('?destination=webhook')).toEqual(['webhook']);
  expect(await listed('?source=khalibre')).toEqual([]);
});

test('the quarantine of one is listed, and tried again, there alone', async () => {
  const [courseId = ''] = [...served.bridge.sandbox.openEdx.state.courses.keys()];
  poison(courseId);
  expect(ended(await sync({ kind: 'catalog' }))).toEqual(['catalog ld partial', 'catalog webhook partial']);
  const inQuarantine = async (query = ''): Promise<unknown> =>
    (await get(`/quarantine${query}`)).records?.map(({ destination }) => destination).sort();
  expect(await inQuarantine()).toEqual(['ld', 'webhook']);
  expect(await inQuarantine('?destination=webhook')).toEqual(['webhook']);
  ld().state.poisoned.clear();
  webhook().state.poisoned.clear();
  const posts = ld().state.posts.length;
  expect(ended(await sync({ destination: 'webhook' }, '/quarantine/replay'))).toEqual([
    'catalog webhook succeeded',
  ]);
  expect([...webhook().state.courses.values()].map(({ subject }) => subject)).toContain(courseId);
  expect(ld().state.posts).toHaveLength(posts);
  expect(await inQuarantine()).toEqual(['ld']);
  expect(ended(await sync({ source: 'openedx', kind: 'catalog' }, '/quarantine/replay'))).toEqual([
    'catalog ld succeeded',
  ]);
  expect(await inQuarantine()).toEqual([]);
});

test.each([
  ['post', '/resync'],
  ['get', '/runs'],
  ['get', '/watermarks'],
  ['get', '/quarantine'],
  ['post', '/quarantine/replay'],
] as const)('a destination that does not exist is one sentence: %s %s', async (method, path) => {
  const asked = { destination: 'nowhere' };
  const [status, problem] =
    method === 'get'
      ? await ask('get', `${path}?destination=nowhere`)
      : await ask('post', path, { ...asked, source: path === '/resync' ? 'openedx' : undefined });
  expect([status, problem]).toEqual([
    400,
    expect.objectContaining({
      detail: 'There is no destination nowhere; DESTINATIONS names ld, webhook',
      errors: [expect.objectContaining({ field: 'destination' })],
    }),
  ]);
});

test('the page shows each destination’s feeds, and lets one be chosen', async () => {
  const page = await (await fetch(`${served.url}/status`)).text();
  expect(page).toMatch(/>openedx<\/a><\/b> catalog to webhook/);
  expect(page).toMatch(/>openedx<\/a><\/b> consumption to webhook/);
  expect(page).toMatch(
    /<select name="destination">\s*<option value="">All destinations<\/option>\s*<option>ld<\/option><option>webhook<\/option>/,
  );
});
