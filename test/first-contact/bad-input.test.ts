import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { startAzure, type Azure } from '../../sandbox/azure';
import { type CertificateKind, newAuthority } from '../../sandbox/azure/authority';
import type { FaultPlan } from '../../sandbox/faults';
import { SettingsError } from '../../src/lib/errors';
import type { FeedKind } from '../../src/lib/domain/feed';
import type { Run } from '../../src/lib/domain/run';
import { type App, createApp } from '../../src/lib/app';
import { readStatusModel } from '../../src/lib/api/status/model';
import { statusPage } from '../../src/lib/api/status/page';
import { readSettings } from '../../src/lib/settings';
import { LeaseStore } from '../../src/lib/store/leases';
import { connectStorage } from '../../src/lib/store/storage';
import { startRun } from '../../src/lib/sync/run/start';
import { workRun } from '../../src/lib/sync/run/work-run';
import { type Bridge, quick, startBridge } from '../setup/bridge';
import { startStorageProxy } from '../setup/storage-proxy';

const authority = newAuthority();
const tlsServers: Record<string, Azure> = {};
let closedPort = 0;
let plain: Server;
let dates: Server;
let bridge: Bridge;

beforeAll(async () => {
  setDefaultCACertificates([...getCACertificates('default'), authority.ca]);
  for (const certificate of ['expired', 'self-signed', 'wrong-host'] as const)
    tlsServers[certificate] = await startAzure({ certificate }, authority);
  const gone = createTcpServer();
  await new Promise<void>((done) => gone.listen(0, '127.0.0.1', done));
  closedPort = (gone.address() as AddressInfo).port;
  await new Promise((done) => gone.close(done));
  plain = createServer((_, answer) =>
    answer.setHeader('content-type', 'text/html').end('<html>Hello</html>'),
  );
  await new Promise<void>((done) => plain.listen(0, '127.0.0.1', done));
  const refusal = { error_code: 'date_filter_format', developer_message: 'Could not parse date' };
  dates = createServer((request, answer) => {
    const token = { access_token: 'token', token_type: 'JWT', expires_in: 3600 };
    const isToken = request.url?.startsWith('/oauth2/');
    answer.writeHead(isToken ? 200 : 400, { 'content-type': 'application/json' });
    answer.end(JSON.stringify(isToken ? token : refusal));
  });
  await new Promise<void>((done) => dates.listen(0, '127.0.0.1', done));
  bridge = await startBridge({ overrides: { patience: { ...quick, attempts: 1 } } });
  expect(await bridge.sync('catalog')).toMatchObject({ state: 'succeeded' });
  expect(await bridge.sync('consumption')).toMatchObject({ state: 'succeeded' });
});
afterAll(async () => {
  await bridge.stop();
  for (const server of Object.values(tlsServers)) await server.stop();
  plain.close();
  dates.close();
});

interface Case {
  readonly what: string;
  readonly kind: FeedKind;
  readonly env?: () => Record<string, string>;
  readonly faults?: FaultPlan;
  readonly ldFaults?: FaultPlan;
  readonly openEdx?: object;
  /** Whole; may hold EDX and LD for the addresses of the sandbox. */
  readonly error: string;
}

const datesUrl = (): string => `http://127.0.0.1:${(dates.address() as AddressInfo).port}`;
const plainUrl = (): string => `http://127.0.0.1:${(plain.address() as AddressInfo).port}`;
const tls = (kind: CertificateKind) => () => ({ LMS__openedx__baseUrl: tlsServers[kind]?.url ?? '' });
const tlsPort = (kind: CertificateKind): string => tlsServers[kind]?.url ?? '';
const grades = ['/user_grades/'];
const always = (kind: NonNullable<FaultPlan['kinds']>[number], paths: string[]): FaultPlan => ({
  rate: 1,
  kinds: [kind],
  paths,
});

const cases: readonly Case[] = [
  {
    what: 'a host that does not exist',
    kind: 'catalog',
    env: () => ({ LMS__openedx__baseUrl: 'https://lms.invalid' }),
    error:
      'source openedx at https://lms.invalid has a host name that cannot be resolved; check LMS__openedx__baseUrl',
  },
  {
    what: 'a port where nobody listens',
    kind: 'consumption',
    env: () => ({ LMS__openedx__baseUrl: `http://127.0.0.1:${closedPort}` }),
    error:
      'source openedx at http://127.0.0.1:CLOSED refuses connections; check LMS__openedx__baseUrl and that the system is up',
  },
  {
    what: 'a port where no TLS is spoken',
    kind: 'catalog',
    env: () => ({ LMS__openedx__baseUrl: plainUrl().replace('http', 'https') }),
    error:
      'source openedx at https://127.0.0.1:PLAIN does not speak TLS there; check the scheme and port of LMS__openedx__baseUrl',
  },
  {
    what: 'a wrong password of the source',
    kind: 'consumption',
    env: () => ({ LMS__openedx__clientSecret: 'wrong' }),
    error:
      'source openedx gives no token for these credentials (401); check LMS__openedx__clientId and LMS__openedx__clientSecret',
  },
  {
    what: 'an expired certificate',
    kind: 'catalog',
    env: tls('expired'),
    error: 'source openedx at EXPIRED shows a certificate that has expired; it must be renewed there',
  },
  {
    what: 'a self-signed certificate',
    kind: 'catalog',
    env: tls('self-signed'),
    error:
      'source openedx at SELF-SIGNED shows a self-signed certificate; install one of a known authority, or trust it by NODE_EXTRA_CA_CERTS',
  },
  {
    what: 'a certificate for another host',
    kind: 'catalog',
    env: tls('wrong-host'),
    error:
      'source openedx at WRONG-HOST shows a certificate for another host name; check LMS__openedx__baseUrl',
  },
  {
    what: 'HTML instead of JSON',
    kind: 'catalog',
    env: () => ({ LMS__openedx__baseUrl: plainUrl(), LMS__openedx__accessToken: 'token' }),
    error:
      'source openedx answered HTML instead of JSON; check LMS__openedx__baseUrl (http://127.0.0.1:PLAIN) and the system itself',
  },
  {
    what: 'the address of another system',
    kind: 'catalog',
    env: () => ({ LMS__openedx__baseUrl: bridge.sandbox.ldServices.url }),
    error: 'source openedx has nothing at that address (404); check LMS__openedx__baseUrl',
  },
  {
    what: 'a login page with 200',
    kind: 'consumption',
    faults: always('login-page', grades),
    error:
      'source openedx answered HTML, a login page it seems, instead of JSON; check LMS__openedx__baseUrl (EDX) and the system itself',
  },
  {
    what: 'a redirect to another host',
    kind: 'consumption',
    faults: always('redirect', grades),
    error:
      'source openedx answered 302, a redirect to https://elsewhere.example.com; redirects are not followed; check LMS__openedx__baseUrl (EDX)',
  },
  {
    what: 'a user who may not read bulk grades',
    kind: 'consumption',
    openEdx: { bulkAdmin: false },
    error:
      'source openedx lets only one user read bulk grades: a superuser whose name is BULK_GRADES_API_ADMIN_USERNAME there; give the user of LMS__openedx__clientId and LMS__openedx__clientSecret both (403)',
  },
  {
    what: 'a server that takes other dates',
    kind: 'consumption',
    env: () => ({ LMS__openedx__baseUrl: datesUrl() }),
    error:
      'source openedx does not take the dates of the window, which are sent as YYYY-MM-DDTHH:MM:SS in LMS__openedx__timeZone; check that setting and LMS__openedx__since (400)',
  },
  {
    what: 'a user who may not list courses',
    kind: 'catalog',
    env: () => ({ LMS__openedx__username: 'somebody' }),
    openEdx: { staff: false },
    error:
      "source openedx does not let this client list courses as LMS__openedx__username; give the service user's own name (403)",
  },
  {
    what: 'a user who may not read the grades of courses',
    kind: 'consumption',
    env: () => ({ LMS__openedx__grades: 'courses' }),
    openEdx: { staff: false },
    error:
      'source openedx lets only global staff read the grades of others; make the service user staff (403)',
  },
  {
    what: 'a server without bulk grades',
    kind: 'consumption',
    openEdx: { bulkGrades: false },
    error:
      'source openedx has no bulk grades API; set LMS__openedx__grades to courses, or check LMS__openedx__baseUrl (404)',
  },
  {
    what: 'a wrong password of the L&D services',
    kind: 'catalog',
    env: () => ({ LD__clientSecret: 'wrong' }),
    error:
      'token service of L&D services gives no token for these credentials (401); check LD__clientId, LD__clientSecret and LD__scope',
  },
  {
    what: 'a wrong subscription key',
    kind: 'consumption',
    env: () => ({ LD__subscriptionKey: 'wrong' }),
    error:
      'L&D services does not accept the credentials (401); check LD__clientId, LD__clientSecret, LD__scope, LD__subscriptionKey',
  },
  {
    what: 'L&D services where nobody listens',
    kind: 'catalog',
    env: () => ({ LD__baseUrl: `http://127.0.0.1:${closedPort}` }),
    error:
      'L&D services at http://127.0.0.1:CLOSED refuses connections; check LD__baseUrl and that the system is up',
  },
  {
    what: 'L&D services that answer a login page',
    kind: 'catalog',
    ldFaults: always('login-page', ['/course']),
    error:
      'L&D services answered HTML, a login page it seems, instead of JSON; check LD__baseUrl (LD_) and the system itself',
  },
];

const state = async (): Promise<unknown> => {
  const { feeds, catalogLedger } = bridge.app.engine;
  const ledger = [...(await catalogLedger.load({ source: 'openedx', destination: 'ld' })).values()].map(
    ({ key, hash }) => ({ key, hash }),
  );
  return {
    watermark: (await feeds.read({ source: 'openedx', kind: 'consumption', destination: 'ld' })).watermark,
    ledger,
  };
};

async function sync(app: App, kind: FeedKind): Promise<Run> {
  const { engine } = app;
  const run = await startRun(
    engine,
    { source: 'openedx', kind, destination: 'ld' },
    { trigger: 'cli', mode: 'full' },
  );
  return workRun(engine, run.runId, new AbortController().signal);
}

test.each(cases)('$what fails the run in one sentence, and loses nothing', async (each) => {
  const before = await state();
  const { openEdx, ldServices } = bridge.sandbox;
  const options = { ...openEdx.state.options };
  Object.assign(openEdx.state.options, each.openEdx);
  openEdx.server.faults.set(each.faults);
  ldServices.server.faults.set(each.ldFaults);
  const app = bridge.another({}, each.env?.());
  const run = await sync(app, each.kind);
  Object.assign(openEdx.state.options, options);
  openEdx.server.faults.set();
  ldServices.server.faults.set();
  const error = each.error
    .replace('(EDX)', `(${openEdx.url})`)
    .replace('(LD_)', `(${ldServices.url})`)
    .replace('CLOSED', String(closedPort))
    .replace('PLAIN', String((plain.address() as AddressInfo).port))
    .replace('EXPIRED', tlsPort('expired'))
    .replace('SELF-SIGNED', tlsPort('self-signed'))
    .replace('WRONG-HOST', tlsPort('wrong-host'));
  expect(run.error).toBe(error);
  expect(run.state).toBe('failed');
  expect(await state()).toEqual(before);
});

describe('settings', () => {
  const problemsOf = (env: Record<string, string>): string[] => {
    const read = readSettings({ ...bridge.env, ...env });
    const wrong = read.ok
      ? read.settings.sources.flatMap((source) => (source.ok ? [] : source.problems))
      : read.problems;
    return wrong.map(({ setting, message }) => `${setting} ${message}`);
  };
  const sixFields = 'must be a schedule of six fields (NCRONTAB), such as 0 */15 * * * *';

  test.each([
    [{ LD__subscriptonKey: 'x' }, 'LD__subscriptonKey is unknown; did you mean LD__subscriptionKey?'],
    [{ LMS__openedx__baseURI: 'x' }, 'LMS__openedx__baseURI is unknown; did you mean LMS__openedx__baseUrl?'],
    [{ LMS__openedx__colour: 'x' }, 'LMS__openedx__colour is unknown; take it out'],
    [{ LMS_SOURCES: 'openedx, openedx' }, 'LMS_SOURCES names the source openedx twice; take one out'],
    [{ CATALOG_SCHEDULE: '*/5 * * * *' }, `CATALOG_SCHEDULE ${sixFields}`],
    [{ CONSUMPTION_SCHEDULE: 'hourly' }, `CONSUMPTION_SCHEDULE ${sixFields}`],
    [{ LMS__openedx__catalogSchedule: '0 0 25 * * *' }, `LMS__openedx__catalogSchedule ${sixFields}`],
    [{ LMS__openedx__baseUrl: 'http://lms.example.com' }, 'LMS__openedx__baseUrl must start with https://'],
    [{ LMS__openedx__kind: 'open_edx' }, 'LMS__openedx__kind must be one of open-edx, '],
    [
      { LMS__openedx__timeZone: 'Mars/Base' },
      'LMS__openedx__timeZone must be a time zone such as UTC or Europe/Berlin',
    ],
    [
      { LMS__openedx__clientId: '' },
      'LMS__openedx__clientId is missing: clientId and clientSecret, or accessToken must be given',
    ],
    [{ LD__tokenUrl: '' }, 'LD__tokenUrl is missing: LD__auth is oauth2'],
    [{ AzureWebJobsStorage: 'x' }, 'AzureWebJobsStorage is not a connection string of a storage account'],
  ])('%j is one problem with one sentence', (env: Record<string, string>, sentence) => {
    const [first, ...more] = problemsOf(env);
    expect(first).toContain(sentence);
    expect(more).toEqual([]);
  });

  test.each([
    [['LMS__opendex__baseUrl'], 'LMS__opendex__baseUrl', 'did you mean LMS__openedx__baseUrl?'],
    [['LMS__opendex__kind', 'LMS__opendex__since'], 'LMS__opendex__…', 'did you mean LMS__openedx__…?'],
    [['LMS__moodle__kind'], 'LMS__moodle__kind', 'add moodle to LMS_SOURCES or take it out'],
    [['LMS__open_edx__kind'], 'LMS__open_edx__kind', 'did you mean LMS__openedx__kind?'],
  ])('%j of a source that is not named are a warning, and the app works', async (names, setting, hint) => {
    const env = Object.fromEntries(names.map((name) => [name, 'x']));
    expect(problemsOf(env)).toEqual([]);
    bridge.logged.length = 0;
    const app = bridge.another({}, env);
    const warning = { setting, message: `belongs to no source of LMS_SOURCES; ${hint}` };
    expect(app.settings.warnings).toEqual([warning]);
    const lines = bridge.logged.map((line) => JSON.parse(line) as unknown);
    expect(lines).toMatchObject([
      { message: 'settings need a look', warning: `${warning.setting} ${warning.message}` },
    ]);
    const page = statusPage(await readStatusModel(app), { sources: [], destinations: [] }, 'nonce').text;
    expect(page).toContain(`${warning.setting} ${warning.message}`);
    expect((await sync(app, 'catalog')).state).toBe('succeeded');
  });

  test('that are wrong for all sources keep the app from starting, every problem at once', () => {
    const env = { ...bridge.env, LD__batchSize: '0', RETENTION_DAYS: 'ever', LMS__openedx__pageSize: '0' };
    expect(() => createApp(env)).toThrow(
      new SettingsError([
        { setting: 'RETENTION_DAYS', message: 'must be a whole number from 1 to 3650' },
        { setting: 'LD__batchSize', message: 'must be a whole number from 1 to 10000' },
        { setting: 'LMS__openedx__pageSize', message: 'must be a whole number from 1 to 1000' },
      ]),
    );
  });

  test('that are wrong for one source fail its runs alone', async () => {
    const before = await state();
    const app = bridge.another({}, { LMS__openedx__pageSize: '0' });
    const run = await sync(app, 'catalog');
    expect(run).toMatchObject({
      state: 'failed',
      error: 'LMS__openedx__pageSize must be a whole number from 1 to 1000',
    });
    expect(await state()).toEqual(before);
  });

  test('that hold a constant for a field of the record are refused', () => {
    const env = { ...bridge.env, LD__catalogDefaults: '{"Name":"x"}' };
    expect(() => createApp(env)).toThrow(
      'LD__catalogDefaults cannot make Name constant: the value comes from the record; leave it out',
    );
  });
});

describe('the storage account', () => {
  test('that cannot be reached is named', async () => {
    const env = {
      AzureWebJobsStorage: `${bridge.env.AzureWebJobsStorage}`.replace(
        /127\.0\.0\.1:\d+/g,
        `127.0.0.1:${closedPort}`,
      ),
    };
    await expect(bridge.another({}, env).storage.prepare()).rejects.toThrow(
      /^The storage account does not answer; check AzureWebJobsStorage and the network$/,
    );
  });

  test.each([
    [
      403,
      'The storage account refuses this app; check AzureWebJobsStorage or the roles of the identity (Storage Table and Queue Data Contributor)',
    ],
    [
      500,
      'The storage account answers 500: it is full, busy or broken; look at the account of AzureWebJobsStorage, and try again',
    ],
    [
      507,
      'The storage account answers 507: it is full, busy or broken; look at the account of AzureWebJobsStorage, and try again',
    ],
  ])(
    'that refuses to write (%d) in the middle of a run is named, and nothing is lost',
    async (status, sentence) => {
      // No emulator is ever full: a proxy in front of it refuses what changes anything.
      const storage = await startStorageProxy(bridge.env.AzureWebJobsStorage ?? '');
      const refuse = (step: string): void => {
        if (step === 'before done') storage.mood = { type: 'refuses', status };
      };
      const env = { AzureWebJobsStorage: storage.connectionString };
      const app = bridge.another({ onStep: refuse }, env);
      const before = await state();
      await expect(sync(app, 'consumption')).rejects.toThrow(
        new RegExp(`^${sentence.replace(/[()]/g, '.')}$`),
      );
      expect(await state()).toEqual(before);
      storage.mood = { type: 'works' };
      // The lease of the slice could not be given back: the next one comes when it has run out.
      const account = connectStorage({
        type: 'connectionString',
        connectionString: bridge.env.AzureWebJobsStorage ?? '',
      });
      const leases = new LeaseStore(account, { now: () => Date.now() + 120_000 });
      const run = await sync(bridge.another({ leases }), 'consumption');
      expect(run).toMatchObject({ state: 'succeeded', counts: { read: 300 } });
      await storage.stop();
    },
  );
});
