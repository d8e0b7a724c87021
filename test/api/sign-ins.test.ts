import type { Answer } from '../../src/lib/api/answer';
import { parseBody } from '../../src/lib/api/parse';
import { signInRequest } from '../../src/lib/api/sign-in-request';
import { postSignIn } from '../../src/lib/api/sign-ins';
import { createLogger } from '../../src/lib/log';
import { queueNames, tableNames } from '../../src/lib/store/storage';
import { type Bridge, startBridge } from '../setup/bridge';
import { described } from './described';

const logged: string[] = [];
let bridge: Bridge;
beforeAll(async () => {
  const log = createLogger({ level: 'trace', write: (line) => logged.push(line) });
  const sandbox = { tBook: { learners: 6 }, khalibre: { courses: 2, learners: 2 } };
  bridge = await startBridge({ sandbox, overrides: { log } });
});
afterAll(() => bridge.stop());
afterEach(() => bridge.sandbox.tBook!.server.faults.set());

async function post(body: object, app = bridge.app): Promise<Answer> {
  const asked = await parseBody(signInRequest, new Blob([JSON.stringify(body)]).stream());
  return described('post', '/sign-ins', asked.ok ? await postSignIn(app, asked.value) : asked.answer);
}
interface Given {
  readonly type?: string;
  readonly url: string;
  readonly fields: Record<string, string>;
  readonly expiresInSeconds?: number;
  readonly detail?: string;
  readonly errors?: { field?: string; setting?: string }[];
}
const read = (answer: Answer): Given => JSON.parse(answer.body ?? '') as Given;

const known = (n = 0) => [...bridge.sandbox.tBook!.state.learners.values()][n]!;
const link = (more: object = {}) => ({
  source: 'tbook',
  type: 'link',
  learner: { email: known().login },
  errorUrl: 'https://portal.example.com/failed',
  ...more,
});
const person = { firstName: 'Zoë', lastName: "O'Neil", civility: 'mme' };
const lti = (more: object = {}) => ({
  source: 'tbook',
  type: 'lti',
  learner: { ...person, email: 'zoe@example.com' },
  entityId: '24',
  filter: ['Session 1', 'May & June'],
  location: ['Paris'],
  ...more,
});
/** As the learner's browser does it. */
const launch = ({ url, fields }: Given): Promise<Response> =>
  fetch(url, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' });

describe('a link', () => {
  test('is given by mail address or by external id, to the caller alone', async () => {
    const external = [...bridge.sandbox.tBook!.state.learners.values()].find((one) => one.externalID);
    for (const learner of [{ email: known().login }, { externalId: external!.externalID }]) {
      const answer = await post(link({ learner }));
      expect([answer.status, answer.headers['cache-control']]).toEqual([201, 'no-store']);
      expect(read(answer)).toMatchObject({ source: 'tbook', type: 'link', expiresInSeconds: 60 });
      expect(read(answer).url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/eyJ/);
    }
  });

  test('is not given for one whom T-book does not know, nor for a teacher who is none', async () => {
    const unknown = await post(link({ learner: { email: 'nobody@example.com' } }));
    const teacher = await post(link({ role: 'teacher' }));
    expect([unknown.status, teacher.status]).toEqual([404, 422]);
    expect(read(teacher).detail).toBe('There is no such teacher.');
  });

  test.each([
    [{ learner: {} }, 'learner'],
    [{ learner: { email: 'a@example.com', externalId: '1' } }, 'learner'],
    [{ learner: { email: 'nobody' } }, 'learner.email'],
    [{ errorUrl: 'javascript:alert(1)' }, 'errorUrl'],
    [{ errorUrl: undefined }, 'errorUrl'],
    [{ role: 'admin' }, 'role'],
    [{ entityId: '24' }, 'entityId'],
  ])('that is asked for wrongly is 400 and names the field: %j', async (more, field) => {
    const answer = await post(link(more));
    expect([answer.status, read(answer).errors?.[0]?.field]).toEqual([400, field]);
  });
});

describe('an LTI form', () => {
  test('signs a new learner in, into the sessions named', async () => {
    const answer = await post(lti());
    expect([answer.status, answer.headers['cache-control']]).toEqual([201, 'no-store']);
    const form = read(answer);
    expect(form).toMatchObject({
      type: 'lti',
      url: `${bridge.sandbox.tBook!.url}/api/lti`,
      fields: { lti_message_type: 'basic-lti-launch-request', lti_version: 'LTI-1p0' },
    });
    expect(form.fields).not.toHaveProperty('custom_debug');
    expect((await launch(form)).status).toBe(302);
    expect(bridge.sandbox.tBook!.state.find('email', 'zoe@example.com')).toMatchObject({
      firstname: 'Zoë',
      lastname: "O'Neil",
      filter: ['Session 1', 'May & June'],
    });
    // It works once.
    expect((await launch(form)).status).toBe(401);
  });

  test('asks for the request to be shown, on request', async () => {
    const form = read(await post(lti({ debug: true })));
    expect(form.fields.custom_debug).toBe('1');
    const shown = (await (await launch(form)).json()) as { debug: object };
    expect(shown.debug).toEqual(form.fields);
  });

  test('without its own secret names the setting, and takes no other', async () => {
    const app = bridge.another({}, { LMS__tbook__ltiSecret: '' });
    const answer = await post(lti(), app);
    expect([answer.status, read(answer).errors?.[0]?.setting]).toEqual([500, 'LMS__tbook__ltiSecret']);
  });

  test.each([
    [{ learner: { ...person } }, 400, 'learner.email'],
    [{ learner: { email: 'a@example.com', ...person, civility: 'Dr' } }, 400, 'learner.civility'],
    [{ learner: { email: 'a@example.com', ...person, firstName: ' ' } }, 400, 'learner.firstName'],
    [{ learner: { email: 'a@example.com', ...person, firstName: '\ud800' } }, 400, 'learner.firstName'],
    [{ learner: { email: 'a@example.com', ...person, externalId: 'x' } }, 400, 'learner.externalId'],
    [{ entityId: 'North' }, 422, 'entityId'],
  ])('that is asked for wrongly names the field (%#)', async (more, status, field) => {
    const answer = await post(lti(more));
    const { errors, detail } = read(answer);
    expect([answer.status, errors?.[0]?.field]).toEqual([status, field]);
    expect(detail).toContain(field);
  });
});

test('a source that signs nobody in is 501, one that is not there 404', async () => {
  for (const source of ['openedx', 'khalibre']) {
    const answer = await post(link({ source }));
    expect([answer.status, read(answer).detail]).toEqual([
      501,
      expect.stringMatching(`^The source ${source} .* signs nobody in$`) as unknown,
    ]);
  }
  expect((await post(lti({ source: 'nobody' }))).status).toBe(404);
});

test('the credentials are in no log, no table, no queue, and in no answer but their own', async () => {
  const email = 'canary.sign.in@example.com';
  bridge.sandbox.tBook!.state.put({ ...known(), id: 900, login: email });
  const out: string[] = [];
  const secrets: string[] = [email, 'sandbox+tbook/for-lti&==', 'sandbox+tbook/client=='];
  const given = read(await post(link({ learner: { email } })));
  secrets.push(given.url, given.url.split('/').at(-1) ?? '');
  const form = read(await post(lti({ learner: { ...person, email } })));
  secrets.push(
    form.fields.oauth_signature ?? '',
    form.fields.oauth_nonce ?? '',
    form.fields.custom_data ?? '',
  );
  // Every way in which the vendor may answer, with the link in what it spoils.
  const { faults } = bridge.sandbox.tBook!.server;
  for (const kind of ['login-page', 'truncated-json', 'redirect', 'empty-200', '500'] as const) {
    faults.set({ rate: 1, kinds: [kind], paths: ['/authToken'], afterEffect: true });
    const { status, body } = await post(link({ learner: { email } }));
    expect(status).toBeGreaterThanOrEqual(500);
    out.push(body ?? '');
  }
  faults.set();
  out.push((await post(link({ learner: { email: 'not.there@example.com' } }))).body ?? '');
  bridge.app.log.info('looked');
  out.push(logged.join(''), await tables(), await queues());
  expect(logged.length).toBeGreaterThan(0);
  for (const text of out)
    for (const secret of secrets) if (secret === '' || text.includes(secret)) throw new Error('It is told');
  expect(out.join('')).not.toMatch(/eyJ[\w-]+\.[\w-]+\.|oauth_signature/);
});

async function tables(): Promise<string> {
  const texts: string[] = [];
  for (const name of tableNames)
    for await (const row of bridge.app.storage.table(name).listEntities())
      for (const value of Object.values(row))
        texts.push(value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value));
  return texts.join('\n');
}

async function queues(): Promise<string> {
  const texts: string[] = [];
  for (const name of queueNames) {
    const { receivedMessageItems } = await bridge.app.storage.queue(name).receiveMessages({
      numberOfMessages: 32,
    });
    for (const { messageText } of receivedMessageItems)
      texts.push(messageText, Buffer.from(messageText, 'base64').toString('utf8'));
  }
  return texts.join('\n');
}
