import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildHost, spawnHost } from './built-host';
import { eventually } from './eventually';

let built: Awaited<ReturnType<typeof buildHost>>;
beforeAll(async () => (built = await buildHost()));
afterAll(() => built.remove());

const quiet = { PORT: '0', 'AzureWebJobs.everySecond.Disabled': 'true' };
const start = (env: Record<string, string> = {}, options = {}) =>
  spawnHost([`${built.folder}/host.js`], { ...quiet, ...env }, options);

interface Seen {
  what: string;
  at: number;
  timer?: { schedule: unknown; scheduleStatus: Record<string, string>; isPastDue: boolean };
}
const seen = async (url: string): Promise<Seen[]> =>
  (await fetch(`${url}/api/seen`)).json() as Promise<Seen[]>;
const ofKind = async (url: string, what: string): Promise<Seen[]> =>
  (await seen(url)).filter((event) => event.what === what);

describe('ending', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('%s lets running work finish and exits 0', async (signal) => {
    const host = await start();
    const answer = fetch(`${host.url}/api/slow?ms=700`).then((response) => response.text());
    await eventually(async () => (await ofKind(host.url, 'slow began')).length === 1);
    host.child.kill(signal);
    await host.says('Stopping');
    await expect(fetch(`${host.url}/api/seen`)).rejects.toThrow();
    await expect(answer).resolves.toBe('finished');
    await expect(host.exit).resolves.toBe(0);
    expect(host.output()).toContain('appTerminate ran');
  });

  test('does not wait for a caller that only keeps its connection open', async () => {
    const host = await start();
    await seen(host.url);
    const asked = Date.now();
    host.child.kill('SIGTERM');
    await expect(host.exit).resolves.toBe(0);
    expect(Date.now() - asked).toBeLessThan(3_000);
  });

  test('gives up after 10 s, says what still ran, and exits 0', async () => {
    const host = await start();
    const answer = fetch(`${host.url}/api/slow?ms=60000`).catch(() => 'cut');
    await eventually(async () => (await ofKind(host.url, 'slow began')).length === 1);
    const asked = Date.now();
    host.child.kill('SIGTERM');
    await expect(host.exit).resolves.toBe(0);
    expect(Date.now() - asked).toBeGreaterThan(9_500);
    expect(host.output()).toMatch(/still running: .*slow/);
    await expect(answer).resolves.toBe('cut');
  });

  test('a second signal ends at once', async () => {
    const host = await start();
    const answer = fetch(`${host.url}/api/slow?ms=60000`).catch(() => 'cut');
    await eventually(async () => (await ofKind(host.url, 'slow began')).length === 1);
    host.child.kill('SIGTERM');
    await host.says('Stopping');
    host.child.kill('SIGTERM');
    await expect(host.exit).resolves.toBe(143);
    await expect(answer).resolves.toBe('cut');
  });

  test('an error that nobody caught is printed and exits 1', async () => {
    const host = await start();
    await fetch(`${host.url}/api/uncaught`).catch(() => undefined);
    await expect(host.exit).resolves.toBe(1);
    expect(host.output()).toContain('thrown outside of any handler');
  });
});

describe('a start that cannot be', () => {
  test('on a taken port exits 1 with one sentence', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    const host = await start({ PORT: String(port) }, { ready: false });
    await expect(host.exit).resolves.toBe(1);
    expect(host.output()).toContain(
      `Port ${port} is taken: stop what listens there, or set PORT to another one\n`,
    );
    expect(host.output()).not.toContain('    at ');
    other.close();
  });

  test('with a PORT that is no number exits 1 with one sentence', async () => {
    const host = await start({ PORT: 'http' }, { ready: false });
    await expect(host.exit).resolves.toBe(1);
    expect(host.output()).toBe('PORT must be a number from 0 to 65535, not "http"\n');
  });
});

describe('startHost', () => {
  const script = (): string => `
    const { startHost } = require(${JSON.stringify(`${built.folder}/host-process.js`)});
    startHost({ port: 0, timers: process.env.TIMERS === 'on', settings: { FIXTURE_SCHEDULE: '* * * * * *' } })
      .then(({ url, functions }) => console.log(url, JSON.stringify(functions.map(
        ({ name, kind, methods, authLevel, problem }) => ({ name, kind, methods, authLevel, problem })))));`;

  test('lets no timer fire with timers: false, and still runs one by hand', async () => {
    const host = await spawnHost(['-e', script()], { TIMERS: 'off' });
    const run = await fetch(`${host.url}/admin/functions/newYear`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"input":""}',
    });
    expect(run.status).toBe(202);
    const [event] = await eventually(async () => {
      const events = await ofKind(host.url, 'newYear');
      return events.length > 0 && events;
    });
    expect(event?.timer).toMatchObject({ schedule: { adjustForDST: true }, isPastDue: false });
    expect(event?.timer?.scheduleStatus.next).toMatch(/^\d{4}-01-01T00:00:00.000Z$/);
    // Two of its occurrences go by.
    await sleep(2_100);
    expect(await ofKind(host.url, 'tick')).toEqual([]);
    expect(await ofKind(host.url, 'bySetting')).toEqual([]);
    await host.end();
  });

  test('fires a timer every second, from a %SETTING% too, and never two runs of one at once', async () => {
    const host = await spawnHost(['-e', script()], { TIMERS: 'on' });
    await eventually(async () => (await ofKind(host.url, 'tock')).length >= 3);
    const events = (await seen(host.url)).filter(({ what }) => what === 'tick' || what === 'tock');
    expect(events.map(({ what }) => what).slice(0, 6)).toEqual([
      'tick',
      'tock',
      'tick',
      'tock',
      'tick',
      'tock',
    ]);
    expect((await ofKind(host.url, 'bySetting')).length).toBeGreaterThanOrEqual(3);
    expect(await ofKind(host.url, 'notSet')).toEqual([]);
    await host.end();
  });

  test('gives the functions with kind, methods and authLevel', async () => {
    const host = await spawnHost(['-e', script()], {});
    await host.says(']');
    const json = /(\[\{.*\}\])/.exec(host.output())?.[1] ?? '';
    const functions = JSON.parse(json) as { name: string; kind: string; problem?: string }[];
    const named = (name: string) => functions.find((fn) => fn.name === name);
    expect(named('echo')).toEqual({
      name: 'echo',
      kind: 'http',
      methods: ['POST', 'PUT'],
      authLevel: 'function',
    });
    expect(named('seen')).toMatchObject({ methods: ['GET'], authLevel: 'anonymous' });
    expect(named('everySecond')).toEqual({ name: 'everySecond', kind: 'timer' });
    expect(named('work')).toMatchObject({ kind: 'queue', problem: 'the setting FIXTURE_QUEUE is missing' });
    await host.end();
  });
});

describe('/admin', () => {
  test('refuses what it does not know, what is not JSON, and callers from elsewhere', async () => {
    const host = await start();
    const post = async (path: string, headers: Record<string, string>, body = '{}'): Promise<number> =>
      (await fetch(host.url + path, { method: 'POST', headers, body })).status;
    const json = { 'content-type': 'application/json' };
    expect(await post('/admin/functions/none', json)).toBe(404);
    expect(await post('/admin/other', json)).toBe(404);
    expect(await post('/admin/functions/newYear', { 'content-type': 'text/plain' })).toBe(415);
    expect(await post('/admin/functions/newYear', json, '{"input":')).toBe(400);
    expect(await post('/admin/functions/newYear', json, '{"input":7}')).toBe(400);
    expect(await post('/admin/functions/badSchedule', json)).toBe(409);
    expect(await post('/admin/functions/echo', json)).toBe(409);
    expect((await fetch(`${host.url}/admin/functions/newYear`)).status).toBe(405);
    expect(await ofKind(host.url, 'newYear')).toEqual([]);
    await host.end();
  });
});
