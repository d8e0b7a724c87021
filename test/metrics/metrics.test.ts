import { buildSync } from 'esbuild';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { bareEnv } from '../setup/bare-env';
import { type Receiver, startReceiver } from './otlp-receiver';
import type { Orders, Told } from './worker';

const root = resolve(__dirname, '../..');
let folder: string;
let receiver: Receiver;

// In a process of its own: the SDK loads modules in a way that jest does not offer, and what a process has loaded
// is to be seen.
beforeAll(() => {
  mkdirSync(join(root, 'dist'), { recursive: true });
  folder = mkdtempSync(join(root, 'dist/test-metrics-'));
  const common = {
    bundle: true,
    platform: 'node',
    target: 'node22',
    entryPoints: [join(__dirname, 'worker.ts')],
  };
  const define = { 'import.meta.url': '""' };
  buildSync({ ...(common as object), define, outfile: join(folder, 'whole.js'), logLevel: 'error' });
  buildSync({ ...(common as object), packages: 'external', outfile: join(folder, 'own.js') });
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(() => receiver.stop());

async function work(orders: Orders, script: 'whole' | 'own' = 'whole'): Promise<Told> {
  const { TEST_STORAGE_CLAIMS, TEST_STORAGE_PORTS } = process.env;
  const env = { ...bareEnv, TEST_STORAGE_CLAIMS, TEST_STORAGE_PORTS, METRICS_ORDERS: JSON.stringify(orders) };
  const { stdout } = await promisify(execFile)(process.execPath, [join(folder, `${script}.js`)], {
    env,
    maxBuffer: 16 * 1024 * 1024,
  });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Told;
}

const on = (more: Record<string, string> = {}): Record<string, string> => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
  ...more,
});

/** The counts of all runs that delivered, summed up. */
const delivered = ({ runs }: Told, outcome: string): number =>
  runs.filter(({ dryRun }) => !dryRun).reduce((sum, { counts }) => sum + (counts[outcome] ?? 0), 0);

describe('metrics', () => {
  it('tell an OTLP endpoint what became of the records of every run that was no dry run', async () => {
    const told = await work({ env: on() });
    expect(told.runs.map(({ state }) => state)).toEqual(Array(4).fill('succeeded'));
    expect(delivered(told, 'sent')).toBeGreaterThan(300);
    const sums = receiver.sums('lms_bridge.records', 'outcome');
    expect(sums.sent).toBe(delivered(told, 'sent'));
    expect(sums.unchanged).toBe(delivered(told, 'unchanged'));
    const read = receiver.sums('lms_bridge.records.read', 'kind', { source: 'openedx' });
    expect(read).toEqual({
      catalog: told.runs[0]!.counts.read! + told.runs[3]!.counts.read!,
      consumption: told.runs[2]!.counts.read,
    });
    expect(receiver.sums('lms_bridge.runs', 'kind', { state: 'succeeded' })).toEqual({
      catalog: 2,
      consumption: 1,
    });
  });

  it('tell why rows were skipped, as the runs do', async () => {
    const told = await work({ env: on({ LD__learnerDomains: 'nobody.example.com' }) });
    const [reasons] = told.runs
      .filter(({ dryRun, counts }) => !dryRun && counts.skipped)
      .map(({ skippedBecause }) => skippedBecause);
    expect(Object.keys(reasons ?? {})).toContain('the address is outside LD__learnerDomains');
    const skipped = { outcome: 'skipped' };
    expect(receiver.sums('lms_bridge.records', 'reason', skipped)).toEqual(reasons);
    expect(receiver.sums('lms_bridge.records', 'outcome', skipped)).toEqual({
      skipped: delivered(told, 'skipped'),
    });
  });

  it('tell how long calls took, by system, method and status, and nothing that names a path or a person', async () => {
    await work({ env: on() });
    const points = receiver.received.flatMap((one) => one.points);
    const calls = points.filter(({ name }) => name === 'lms_bridge.http.duration');
    expect(calls.map(({ attributes }) => attributes)).toEqual(
      expect.arrayContaining([
        { system: 'openedx', method: 'GET', status: '200' },
        { system: 'ld-services', method: 'POST', status: expect.stringMatching(/^20/) },
      ]),
    );
    for (const { value, count, unit } of calls) {
      expect(unit).toBe('s');
      expect(count).toBeGreaterThan(0);
      // Seconds: a local call takes far less than one.
      expect(value / count!).toBeLessThan(1);
    }
    const words = new Set(points.flatMap(({ attributes }) => Object.entries(attributes).map(String)));
    expect(words.size).toBeLessThan(30);
    for (const word of words) expect(word).not.toMatch(/@|course-v1|\//);
  });

  it('tell the lag of a watermark after a sweep', async () => {
    await work({ env: on() });
    const lags = receiver.received
      .flatMap(({ points }) => points)
      .filter(({ name }) => name === 'lms_bridge.watermark.lag');
    expect(lags).toHaveLength(1);
    expect(lags[0]).toMatchObject({ attributes: { source: 'openedx', destination: 'ld' }, unit: 's' });
    expect(lags[0]!.value).toBeGreaterThan(0);
    expect(lags[0]!.value).toBeLessThan(120);
  });

  it('tell of each destination apart', async () => {
    const told = await work({ env: on(), alsoTo: 'webhook' });
    const sent = (to: string): number =>
      delivered({ ...told, runs: told.runs.filter(({ destination }) => destination === to) }, 'sent');
    expect(sent('webhook')).toBeGreaterThan(200);
    expect(receiver.sums('lms_bridge.records', 'destination', { outcome: 'sent' })).toEqual({
      ld: sent('ld'),
      webhook: sent('webhook'),
    });
    expect(receiver.sums('lms_bridge.runs', 'destination')).toEqual({ ld: 3, webhook: 1 });
    const points = receiver.received.flatMap((one) => one.points);
    const lags = points.filter(({ name }) => name === 'lms_bridge.watermark.lag');
    expect(lags.map(({ attributes }) => attributes)).toEqual(
      expect.arrayContaining([
        { source: 'openedx', destination: 'ld' },
        { source: 'openedx', destination: 'webhook' },
      ]),
    );
    const calls = points.filter(({ name }) => name === 'lms_bridge.http.duration');
    expect(calls.map(({ attributes }) => attributes)).toContainEqual({
      system: 'dest-webhook',
      method: 'POST',
      status: '202',
    });
  });

  it('tell for how long a source asked to be left alone', async () => {
    const told = await work({ env: on({ LMS__openedx__pageSize: '20' }), patienceOfSource: 8 });
    expect(told.runs[2]!.state).toBe('succeeded');
    const seconds = receiver.sums('lms_bridge.throttled', 'system');
    expect(Object.keys(seconds)).toEqual(['openedx']);
    const refused = receiver.received
      .flatMap(({ points }) => points)
      .find(({ attributes }) => attributes.status === '429')!;
    expect(refused.count).toBeGreaterThan(0);
    // Each asks for 1 s, and those that were in flight together for the same.
    expect(seconds.openedx).toBeGreaterThan(0.5);
    expect(seconds.openedx).toBeLessThanOrEqual(refused.count! * 1.01);
  });

  it('go out with the headers and the name that the settings give, as what came since the last time', async () => {
    await work({
      env: on({
        OTEL_EXPORTER_OTLP_HEADERS: 'api-key=a%20key, x-tenant=one',
        OTEL_SERVICE_NAME: 'bridge-test',
      }),
    });
    const [first] = receiver.received;
    expect(first).toMatchObject({
      path: '/v1/metrics',
      headers: { 'api-key': 'a key', 'x-tenant': 'one', 'content-type': 'application/json' },
      resource: { 'service.name': 'bridge-test', 'service.instance.id': expect.any(String) },
    });
    const temporalities = new Set(first!.points.flatMap(({ temporality }) => temporality ?? []));
    expect([...temporalities]).toEqual([1]);
  });

  it('are sums for a receiver that wants sums', async () => {
    await work({ env: on({ OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'cumulative' }) });
    const points = receiver.received.flatMap((one) => one.points);
    expect([...new Set(points.flatMap(({ temporality }) => temporality ?? []))]).toEqual([2]);
  });

  it('go out before the host ends, which waits for them', async () => {
    const told = await work({ env: on(), byHook: true });
    expect(receiver.sums('lms_bridge.records', 'outcome').sent).toBe(delivered(told, 'sent'));
  });

  it('that are refused are told once in the log, and so is that they arrive again', async () => {
    receiver.refusals.push(500, 500);
    const { logged } = await work({ env: on(), until: 'metrics delivered again' });
    const lines = logged.filter((line) => line.includes('metrics'));
    expect(lines.map((line) => (JSON.parse(line) as { message: string }).message)).toEqual([
      'metrics not delivered',
      'metrics delivered again',
    ]);
    expect(lines[0]).toContain('answered 500; check OTEL_EXPORTER_OTLP_ENDPOINT');
  });

  it('do not go out with headers that cannot be read, which the log says without repeating them', async () => {
    const { logged } = await work({
      env: on({ OTEL_EXPORTER_OTLP_HEADERS: 'hush-hush' }),
      until: 'metrics not delivered',
    });
    expect(receiver.received).toEqual([]);
    expect(logged.join()).toContain('OTEL_EXPORTER_OTLP_HEADERS must be name=value pairs');
    expect(logged.join()).not.toContain('hush-hush');
  });

  it('cost nothing when no endpoint is set: the SDK is not even loaded, and nothing is sent', async () => {
    const off = await work({ env: {} }, 'own');
    expect(off.runs.map(({ state }) => state)).toEqual(Array(4).fill('succeeded'));
    expect(off.loaded).toEqual([]);
    expect(receiver.received).toEqual([]);
    const { loaded } = await work({ env: on() }, 'own');
    expect(loaded.some((file) => file.includes('sdk-metrics'))).toBe(true);
    expect(receiver.received).not.toEqual([]);
  });
});
