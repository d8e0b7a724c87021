import { type Clone, clone, npmStart, type Started } from './npm-start';
import { until } from '../setup/bridge';

// What `npm start` runs, as a person starts it: the built app in the local host, Azurite and the sandbox.
let place: Clone;
let started: Started | undefined;
const shown = (): string => started?.shown() ?? '';
const url = (): string => started?.url() ?? '';

beforeAll(async () => {
  place = clone();
  started = await npmStart(place.folder, 'From here on', { CONSUMPTION_SCHEDULE: '*/5 * * * * *' });
}, 160_000);

afterAll(async () => {
  await started?.stop();
  place.remove();
}, 30_000);

const get = async (path: string) => (await fetch(`${url()}/api/${path}`)).json() as Promise<unknown>;

test('lists the functions with their addresses', () => {
  for (const name of ['resync: [POST]', 'runs: [GET]', 'watermarks: [GET]', 'health: [GET]'])
    expect(shown()).toContain(name);
  expect(shown()).toMatch(/catalogTimer: timer .*\(UTC\)/);
  expect(shown()).toContain('sliceWorker: queue sync-slices');
});

test('ends its first sync in plain words', () => {
  expect(shown()).toMatch(/openedx: \d+ courses created\./);
  // Of 12,000; one that changes while it is read waits for the next sync.
  expect(shown()).toMatch(/openedx: (119[89]\d|12000) results delivered\./);
  expect(shown()).toMatch(/openedx: the watermark is now at 20\d\d-/);
});

test('shows no failure to whoever starts it for the first time', () => {
  expect(shown()).not.toMatch(/ failed |ended failed/);
});

test('tells what each destination got, and where it can be looked at', async () => {
  for (const [to, lines] of [
    ['ld', 6],
    ['lrs', 3],
    ['webhook', 6],
    ['viva', 4],
  ] as const) {
    const [, told = ''] = new RegExp(`\\nTo ${to}:\\n((?: {2}\\w.*\\n)+)`).exec(shown()) ?? [];
    expect([to, told.match(/: \d+ (?:courses created|results delivered)/g)]).toEqual([
      to,
      expect.objectContaining({ length: lines }),
    ]);
  }
  const arrived = shown().slice(shown().indexOf('What arrived:'));
  expect(arrived).toMatch(/ld +L&D services +\d{3} courses, 1\d{4} results\n/);
  expect(arrived).toMatch(/lrs +Learning Record Store +1\d{4} results, in \d{5} statements\n/);
  expect(arrived).toMatch(/webhook +Webhook receiver .* in \d+ calls whose signature was verified\n/);
  expect(arrived).toMatch(/viva +Viva Learning +\d+ courses, [1-9]\d{2,3} results\n/);
  const seen = async (name: string): Promise<Record<string, unknown>> => {
    const [view = ''] = new RegExp(`(?<=  ${name} .*)http://\\S+_sandbox\\S+`).exec(shown()) ?? [];
    return (await (await fetch(view)).json()) as Record<string, unknown>;
  };
  expect(Object.keys((await seen('ld')).records as object)).toHaveLength(5);
  expect(await seen('lrs')).toMatchObject({ statements: { length: 5 } });
  expect(await seen('viva')).toMatchObject({ activities: { length: 5 } });
  expect(await seen('webhook')).toMatchObject({ events: { length: 5 } });
});

test('its own log has no complaint of the platform', () => {
  expect(shown()).not.toContain('Unexpected call');
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
  await until('a timer’s run has succeeded', async () => (await timed()) !== undefined, 90_000);
  expect((await timed())?.window?.from).not.toBe('2012-01-01T00:00:00Z');
}, 100_000);

test('refuses what it cannot do, by the name of the field', async () => {
  const post = async (body: unknown) => {
    const answer = await fetch(`${url()}/api/resync`, { method: 'POST', body: JSON.stringify(body) });
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
  const missing = await fetch(`${url()}/api/runs/no-such-run`);
  expect(missing.status).toBe(404);
  expect(missing.headers.get('content-type')).toContain('application/problem+json');
});

test('health says ok, and nothing else', async () => {
  expect(await get('health')).toEqual({ status: 'ok' });
});

test('Ctrl-C stops all of it', async () => {
  const api = `${url()}/api/health`;
  expect(await started?.stop()).toBe(0);
  expect(shown()).toContain('Stopped.');
  await expect(fetch(api)).rejects.toThrow();
}, 30_000);
