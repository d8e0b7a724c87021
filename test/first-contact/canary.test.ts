import { listQuarantine, replayQuarantine } from '../../src/lib/api/quarantine';
import { readRunPage } from '../../src/lib/api/status/run/model';
import { runPage } from '../../src/lib/api/status/run/page';
import { getRun, getWatermarks, listRuns } from '../../src/lib/api/runs';
import { createLogger } from '../../src/lib/log';
import { queueNames, tableNames } from '../../src/lib/store/storage';
import { startRun } from '../../src/lib/sync/run/start';
import { workRun } from '../../src/lib/sync/run/work-run';
import { run as commandLine } from '../cli/terminal';
import { type Bridge, quick, startBridge } from '../setup/bridge';

const secrets = {
  edx: 'canary-edx-secret',
  apiKey: 'canary-edx-api-key',
  ld: 'canary-ld-secret',
  subscription: 'canary-subscription-key',
  wrong: 'canary-wrong-secret',
};
const people = ['canary.unmapped@example.com', 'canary.refused@example.com', 'canary.asked@example.com'];

let bridge: Bridge;
const logged: string[] = [];
/** Everything that came out somewhere, by where. */
const out: Record<string, string> = {};

beforeAll(async () => {
  const log = createLogger({ level: 'trace', write: (line) => logged.push(line) });
  bridge = await startBridge({
    sandbox: {
      openEdx: { clientSecret: secrets.edx, apiKey: secrets.apiKey, usernames: 'email' },
      ldServices: { clientSecret: secrets.ld, subscriptionKey: secrets.subscription },
    },
    overrides: { log, patience: { ...quick, attempts: 2 } },
  });
  const { openEdx, ldServices } = bridge.sandbox;
  const modified = Date.parse('2026-01-01T00:00:00Z');
  const courseId = [...openEdx.state.courses.keys()][0] ?? '';
  const [unmapped = '', refused = '', asked = ''] = people;
  openEdx.state.grade({ email: unmapped, courseId, percent: 45, modified });
  openEdx.state.grade({ email: refused, courseId, percent: 0.5, modified });
  openEdx.state.grade({ email: asked, courseId, percent: 0.5, modified });
  ldServices.state.poisoned.add(refused);

  const outcomes: string[] = [];
  const note = (error: unknown): void => void outcomes.push(String(error), String((error as Error).stack));
  const sync = async (kind: 'catalog' | 'consumption', options = {}, env?: Record<string, string>) => {
    const app = env ? bridge.another({}, env) : bridge.app;
    const { runId } = await startRun(
      app.engine,
      { source: 'openedx', kind, destination: 'ld' },
      { trigger: 'cli', ...options },
    );
    await workRun(app.engine, runId, new AbortController().signal).catch(note);
  };
  await sync('catalog');
  await sync('consumption');
  await sync('consumption', { request: { learner: asked } });
  await sync('consumption', { mode: 'full', dryRun: true });
  await sync('consumption', {}, { LMS__openedx__grades: 'courses' });
  // Every way in which a system may answer, with what it was sent at hand.
  for (const kind of ['login-page', 'truncated-json', 'redirect', 'empty-200'] as const) {
    openEdx.server.faults.set({ rate: 1, kinds: [kind], paths: ['/api/'] });
    await sync('consumption', { mode: 'full' });
    openEdx.server.faults.set();
    ldServices.server.faults.set({ rate: 1, kinds: [kind], paths: ['/exptrack'] });
    await sync('consumption', { mode: 'full' });
    ldServices.server.faults.set();
  }
  ldServices.state.options.errorMessage = `No such user ${asked}`;
  await sync('consumption', { mode: 'full' });
  ldServices.state.options.errorMessage = undefined;
  await sync('catalog', {}, { LMS__openedx__clientSecret: secrets.wrong });
  await sync('consumption', { mode: 'full' }, { LD__clientSecret: secrets.wrong });
  await sync('consumption', { mode: 'full' }, { LD__subscriptionKey: secrets.wrong });
  openEdx.state.tokens.revokeAll();
  ldServices.state.tokens.revokeAll();
  await sync('catalog');
  const replay = await replayQuarantine(bridge.app, {}, 'http://localhost/api');
  for (const { runId } of (JSON.parse(replay.body ?? '') as { runs: { runId: string }[] }).runs)
    await workRun(bridge.app.engine, runId, new AbortController().signal);

  for (const args of [
    `sync consumption --learner ${asked} --json`,
    'sync consumption --full',
    'sync consumption --full --dry-run',
    'check',
    'check --json',
    `sync catalog --learner ${asked}`,
    `sync consumption --learner ${asked} ${refused}`,
  ])
    for (const isTTY of [true, false]) {
      const { stdout, stderr } = await commandLine(args, { ...bridge.env, LOG_LEVEL: 'trace' }, { isTTY });
      out[`${args} ${isTTY}`.replace(/\S+@\S+/g, 'ADDRESS')] = stdout + stderr;
    }
  const wrongFile = { ...bridge.env, LD__batchSize: secrets.wrong, LMS__openedx__clientSecre: secrets.wrong };
  const { stdout, stderr } = await commandLine('check', wrongFile);
  out['wrong settings'] = stdout + stderr;

  out.log = logged.join('');
  out.errors = outcomes.join('\n');
  out.answers = await answers();
  out.queues = await queues();
  Object.assign(out, await tables());
});
afterAll(() => bridge.stop());

async function runPageText(runId: string): Promise<string> {
  const model = await readRunPage(bridge.app, runId, './');
  return model ? runPage(model, 'nonce').text : '';
}

async function answers(): Promise<string> {
  const base = 'http://localhost/api';
  const texts = [(await getWatermarks(bridge.app, {})).body];
  texts.push((await listQuarantine(bridge.app, { limit: 200 })).body);
  const runs = (await listRuns(bridge.app, { limit: 200 }, base)).body ?? '';
  texts.push(runs);
  for (const { runId } of (JSON.parse(runs) as { runs: { runId: string }[] }).runs)
    texts.push((await getRun(bridge.app, runId, base)).body, await runPageText(runId));
  return texts.join('\n');
}

async function queues(): Promise<string> {
  const texts: string[] = [];
  for (const name of queueNames)
    for (let more = true; more;) {
      const { receivedMessageItems } = await bridge.app.storage
        .queue(name)
        .receiveMessages({ numberOfMessages: 32, visibilityTimeout: 600 });
      for (const { messageText } of receivedMessageItems)
        texts.push(messageText, Buffer.from(messageText, 'base64').toString('utf8'));
      more = receivedMessageItems.length > 0;
    }
  return texts.join('\n');
}

async function tables(): Promise<Record<string, string>> {
  const texts: Record<string, string> = {};
  for (const name of tableNames) {
    const rows: string[] = [];
    for await (const row of bridge.app.storage.table(name).listEntities())
      for (const [property, value] of Object.entries(row)) {
        const text = value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value);
        // What was asked for stays with its run, for as long as the run is kept.
        rows.push(name === 'runs' && property === 'request' ? text.replace(/"learner":"[^"]*"/, '') : text);
      }
    texts[`table ${name}`] = rows.join('\n');
  }
  return texts;
}

/** All tokens that were ever given out. */
const tokens = (): string[] =>
  [bridge.sandbox.openEdx.state.tokens, bridge.sandbox.ldServices.state.tokens].flatMap((desk) => [
    ...(desk as unknown as { live: Map<string, unknown> }).live.keys(),
  ]);

const addresses = (): string[] => [
  ...people,
  ...[...bridge.sandbox.openEdx.state.grades].flatMap(({ learner }) => [learner.email, learner.username]),
];

test('every place was looked at, and had something to show', () => {
  for (const [where, text] of Object.entries(out))
    // Of tables that nothing was written to here, test/destinations/viva-learning looks at `givenids`.
    if (!/errors|table (inbox|enrolments|leases|givenids)/.test(where))
      expect(`${where}: ${text.length > 0}`).toBe(`${where}: true`);
  expect(out.log?.includes('slice failed')).toBe(true);
  expect(out.answers?.includes('"status":400')).toBe(true);
  expect(tokens().length).toBeGreaterThan(0);
});

test('no secret and no token is anywhere', () => {
  for (const secret of [...Object.values(secrets), ...tokens()])
    for (const [where, text] of Object.entries(out))
      if (text.includes(secret)) throw new Error(`A secret is in: ${where}`);
});

test('nobody’s address or name is anywhere but in the quarantine', async () => {
  const places = Object.entries(out).filter(([where]) => where !== 'table quarantine');
  for (const address of addresses())
    for (const [where, text] of places)
      if (text.toLowerCase().includes(address.toLowerCase())) throw new Error(`A learner is in: ${where}`);
  const kept: string[] = [];
  for await (const { raw } of bridge.app.engine.quarantine.records()) kept.push(JSON.stringify(raw));
  expect(kept.some((row) => row.includes('canary.unmapped@example.com'))).toBe(true);
});
