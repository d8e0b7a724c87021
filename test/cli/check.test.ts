import { academyOperations } from '../../sandbox/academy-of-mine/options';
import { startSandbox } from '../../sandbox/sandbox';
import { sandboxSettings } from '../../sandbox/settings';
import { startBridge, type Bridge } from '../setup/bridge';
import { run, type Ran } from './terminal';

interface Check {
  readonly what: string;
  readonly result: 'ok' | 'unsure' | 'wrong';
  readonly detail: string;
}

let bridge: Bridge;
beforeAll(async () => {
  const grades = { grades: 300, gradesTo: Date.now() - 5_000, gradesFrom: Date.now() - 20 * 3_600_000 };
  bridge = await startBridge({ sandbox: { openEdx: grades } });
});
afterAll(() => bridge.stop());

const checksOf = ({ stdout }: Ran): Check[] => (JSON.parse(stdout) as { checks: Check[] }).checks;
const check = async (env: Record<string, string> = {}): Promise<Ran> =>
  run('check --json', { ...bridge.env, ...env });

test('finds nothing wrong, in a table, and sends nothing', async () => {
  const { code, stdout } = await run('check', bridge.env);
  const lines = stdout.trim().split('\n');
  expect(lines[0]).toMatch(/^what {3,}result {3}what was seen, or what to do$/);
  expect(lines.slice(1).map((line) => line.split(/ {3,}/).slice(0, 2))).toEqual([
    ['settings', 'ok'],
    ['storage', 'ok'],
    ['openedx: catalog', 'ok'],
    ['openedx: consumption', 'ok'],
    ['openedx: time zone', 'ok'],
    ['L&D services: token', 'ok'],
    // No call would tell without sending a record.
    ['L&D services: address', 'unsure'],
  ]);
  expect(code).toBe(0);
  expect(bridge.sandbox.ldServices.state.posts).toHaveLength(0);
  const asked = bridge.sandbox.ldServices.server.requests
    .to('/')
    .map(({ method, path }) => `${method} ${path}`);
  expect(asked).toEqual(['POST /oauth2/token', 'GET /']);
});

test('lists every problem of the settings, those of sources too', async () => {
  const ran = await check({
    LD__submittedBy: '',
    LMS__openedx__kind: 'moodle',
    LMS__openedx__pagesize: '1',
    LMS_SOURCES: 'openedx,openedx',
  });
  expect(checksOf(ran).map(({ what, result }) => `${what} ${result}`)).toEqual([
    'LD__submittedBy wrong',
    'LMS_SOURCES wrong',
    'LMS__openedx__kind wrong',
    'LMS__openedx__pagesize wrong',
  ]);
  expect(ran.code).toBe(1);
});

test('settings of a source that is not named are unsure, and nothing is wrong', async () => {
  const ran = await check({ LMS__opendex__baseUrl: 'https://lms.example.com' });
  expect(checksOf(ran)).toContainEqual({
    what: 'LMS__opendex__baseUrl',
    result: 'unsure',
    detail: 'belongs to no source of LMS_SOURCES; did you mean LMS__openedx__baseUrl?',
  });
  expect(checksOf(ran).filter(({ result }) => result === 'wrong')).toEqual([]);
  expect(ran.code).toBe(0);
});

test('a source that is wrong does not hide the others', async () => {
  const other = { LMS_SOURCES: 'openedx,second', LMS__second__kind: 'open-edx' };
  const results = checksOf(await check(other)).map(({ what, result }) => `${what} ${result}`);
  expect(results).toContain('LMS__second__baseUrl wrong');
  expect(results).toContain('openedx: catalog ok');
});

test.each([
  ['LMS__openedx__clientSecret', 'openedx: catalog', 'LMS__openedx__clientId and LMS__openedx__clientSecret'],
  ['LD__clientSecret', 'L&D services: token', 'LD__clientSecret'],
])('a wrong %s is found', async (setting, what, named) => {
  const ran = await check({ [setting]: 'wrong' });
  expect(ran.code).toBe(1);
  const found = checksOf(ran).find((each) => each.what === what);
  expect(found).toMatchObject({ result: 'wrong', detail: expect.stringContaining(named) as unknown });
});

describe('the time zone', () => {
  const zoneOf = async (server: string, setting: string): Promise<Check | undefined> => {
    bridge.sandbox.openEdx.state.options.timeZone = server;
    const ran = await check({ LMS__openedx__timeZone: setting });
    bridge.sandbox.openEdx.state.options.timeZone = 'UTC';
    return checksOf(ran).find(({ what }) => what === 'openedx: time zone');
  };

  test.each([
    ['Asia/Kolkata', 'UTC', '+05:30', 'Asia/Kolkata'],
    ['Asia/Tokyo', 'Asia/Singapore', '+09:00', 'Asia/Tokyo'],
    ['UTC', 'Asia/Kolkata', '+00:00', 'UTC'],
    ['Asia/Singapore', 'Asia/Kolkata', '+08:00', 'Asia/Singapore'],
    ['America/Sao_Paulo', 'UTC', '-03:00', 'America/Sao_Paulo'],
  ])('of a server in %s that was set as %s is found to be %s', async (server, setting, offset, named) => {
    const found = await zoneOf(server, setting);
    expect(found?.detail).toContain(`LMS__openedx__timeZone is ${setting}, and UTC${offset} would fit`);
    expect(found?.detail).toContain(named);
    expect(found?.result).toBe('wrong');
  });

  test('that is right is left alone', async () => {
    expect(await zoneOf('Asia/Kolkata', 'Asia/Kolkata')).toMatchObject({ result: 'ok' });
  });
});

test('an operation of Academy of Mine that is missing is named before anything is asked', async () => {
  const operations = { ...academyOperations, 'courses.detailReport': undefined, 'courses.get': null };
  const ran = await check({
    LMS_SOURCES: 'openedx,aom',
    LMS__aom__kind: 'academy-of-mine',
    LMS__aom__baseUrl: 'https://academy.example.com',
    LMS__aom__sourceSystemId: '18',
    LMS__aom__accessToken: 'a token',
    LMS__aom__operations: JSON.stringify(operations),
  });
  const details = checksOf(ran).flatMap(({ what, detail }) =>
    what === 'LMS__aom__operations' ? [detail] : [],
  );
  expect(details).toEqual([
    expect.stringContaining('lacks courses.detailReport; give method and path'),
    expect.stringContaining('has null for courses.get, which cannot be done without'),
  ]);
  expect(ran.code).toBe(1);
});

const found = async (env: Record<string, string>, name: string): Promise<Check | undefined> =>
  checksOf(await check(env)).find(({ what }) => what === name);

test('what it cannot know is unsure: the subscription key, and whether the address is the right one', async () => {
  const address = await found({ LD__subscriptionKey: 'wrong' }, 'L&D services: address');
  expect(address).toMatchObject({
    result: 'unsure',
    detail: expect.stringContaining('LD__subscriptionKey is right, shows when a course is sent') as unknown,
  });
});

test('a destination that is a source is found by its address', async () => {
  const { LMS__openedx__baseUrl = '' } = bridge.env;
  expect(await found({ LD__baseUrl: LMS__openedx__baseUrl }, 'LD__baseUrl')).toMatchObject({
    result: 'wrong',
    detail: expect.stringContaining('is the address of the source openedx too') as unknown,
  });
});

test('an Open edX without a username lists only what everybody sees, and says so', async () => {
  const unsure = await found({ LMS__openedx__username: '' }, 'LMS__openedx__username');
  expect(unsure).toMatchObject({
    result: 'unsure',
    detail: expect.stringContaining('is missing') as unknown,
  });
});

test('the credentials of a T-book are tried, and its LTI secret is said not to be', async () => {
  const sandbox = await startSandbox({ tBook: { learners: 3 } });
  const settings = sandboxSettings(sandbox);
  const of = Object.fromEntries(Object.entries(settings).filter(([name]) => name.startsWith('LMS__tbook__')));
  const right = { ...of, LMS_SOURCES: 'openedx,tbook' };
  expect(await found(right, 'tbook: credentials')).toMatchObject({
    result: 'ok',
    detail: expect.stringMatching(/^accepted; \d+ entities$/) as unknown,
  });
  expect(await found(right, 'LMS__tbook__ltiSecret')).toMatchObject({ result: 'unsure' });
  const wrong = { ...right, LMS__tbook__clientSecret: 'wrong' };
  expect(await found(wrong, 'tbook: credentials')).toMatchObject({
    result: 'wrong',
    detail: expect.stringContaining('LMS__tbook__clientSecret') as unknown,
  });
  await sandbox.stop();
});

test.each([
  ['LMS_SOURCE', 'LMS_SOURCES'],
  ['CATALOG_SHEDULE', 'CATALOG_SCHEDULE'],
  ['KEYVAULT_URL', 'KEY_VAULT_URL'],
  ['LMS_openedx__requestsPerMinute', 'LMS__openedx__requestsPerMinute'],
  ['lms__openedx__relookHours', 'LMS__openedx__relookHours'],
  ['LD_learnerDomains', 'LD__learnerDomains'],
])('a setting whose name is nearly right is found: %s', async (given, meant) => {
  const env: Record<string, string> = { [given]: 'openedx' };
  if (meant === 'LMS_SOURCES') env.LMS_SOURCES = '';
  expect(await found(env, given)).toEqual({
    what: given,
    result: 'unsure',
    detail: `is not a setting; did you mean ${meant}?`,
  });
});

test('what a shell has by itself is no misspelt setting', async () => {
  const shell = {
    LOGNAME: 'somebody',
    LD_PRELOAD: 'x.so',
    LD_LIBRARY_PATH: '/lib',
    LOG_FILE: 'a',
    HOSTNAME: 'b',
  };
  const names = checksOf(await check(shell)).map(({ what }) => what);
  for (const name of Object.keys(shell)) expect(names).not.toContain(name);
});
