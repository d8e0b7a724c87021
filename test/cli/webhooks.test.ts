import { type Bridge, startBridge } from '../setup/bridge';
import { run, type Ran } from './terminal';

const url = 'https://app.example.com/api/webhooks/academyofmine';
const key = 'k3y+secret==';

let bridge: Bridge;
beforeEach(async () => {
  const khalibre = { courses: 2, learners: 2 };
  bridge = await startBridge({ sandbox: { khalibre, academy: { courses: 3, learners: 4 } } });
});
afterEach(() => bridge.stop());

const academy = () => bridge.sandbox.academy!;
async function webhooks(args: string, env: Record<string, string> = {}): Promise<Ran> {
  const ran = await run(`webhooks ${args}`, { ...bridge.env, LOG_LEVEL: 'trace', ...env });
  expect(ran.stdout + ran.stderr).not.toContain('k3y');
  return ran;
}
const register = `register --source academyofmine --url ${url}`;

test('register creates what is missing and shows addresses without the key', async () => {
  const first = await webhooks(`${register} --code ${key}`);
  expect(first.stdout).toMatch(
    /^course_enrolled +3 +created +https:\S+\?event=course_enrolled&code=\*\*\*$/m,
  );
  expect(first.code).toBe(0);
  const again = await webhooks(`${register} --code ${key}`);
  expect(again.stdout).toMatch(/^course_completed +4 +there already/m);
  expect(again.code).toBe(0);
  const hooks = [...academy().webhooks.hooks.values()];
  expect(hooks.map((hook) => new URL(hook.url).searchParams.get('code'))).toEqual([key, key]);
});

test('the key may be a setting; with none at all it is said what Azure does', async () => {
  await webhooks(`${register} --events course_completed`, { LMS__academyofmine__webhookCode: key });
  expect(new URL(academy().webhooks.hooks.get(3)!.url).searchParams.get('code')).toBe(key);
  const none = await webhooks(`${register} --events new_order`);
  expect(none.stderr).toContain('has no function key (--code)');
  expect(none.code).toBe(0);
});

test('a webhook that is not from here is exit code 1, with what to do', async () => {
  academy().webhooks.put('https://elsewhere.example.com/?k3y', ['course_completed']);
  const { code, stdout } = await webhooks(`${register} --code ${key}`);
  expect(stdout).toContain('Webhook 3 of course_completed was not created from here');
  expect(code).toBe(1);
  expect((await webhooks(`${register} --code ${key} --add`)).code).toBe(0);
});

test('list shows what is there, whose it is, and when there is more', async () => {
  expect((await webhooks('list --source academyofmine')).stdout).toBe('There are no webhooks.\n');
  academy().webhooks.put('https://elsewhere.example.com/?k3y', ['new_order', 'course_completed']);
  await webhooks(`${register} --code ${key} --events course_enrolled`);
  const { stdout, code } = await webhooks('list --source academyofmine');
  expect(stdout).toMatch(/^4 +course_enrolled +\S+Z +yes$/m);
  expect(stdout).toMatch(/^3 +new_order, course_completed +\S+Z +no$/m);
  expect(code).toBe(0);
  academy().state.options.mostWebhooksListed = 1;
  const short = await webhooks('list --source academyofmine --json');
  expect(JSON.parse(short.stdout)).toMatchObject({ complete: false, webhooks: [{ id: '4', own: true }] });
});

test('catch-up says how many arrived and how many were taken', async () => {
  const none = await webhooks('catch-up --source academyofmine');
  expect(none.stdout).toContain('There are no webhooks of academyofmine');
  await webhooks(`${register} --code ${key}`);
  const { state, webhooks: sent } = academy();
  state.options.deliveries = 'failed';
  state.addUser({ email: 'ann@example.com', firstName: 'Ann', lastName: 'Lee' });
  state.enrol({ courseId: state.published()[0]!.id, userId: state.userOf('ann@example.com')!.id });
  await sent.settled();
  const { stdout, code } = await webhooks('catch-up --source academyofmine');
  expect(stdout).toMatch(
    /^1 delivery in the log of 2 webhooks since \S+Z: 0 arrived, 0 taken from the log before, 1 taken now; the running app works them\.\n$/,
  );
  expect(code).toBe(0);
  const again = await webhooks('catch-up --source academyofmine --from 2026-01-01 --json');
  expect(JSON.parse(again.stdout)).toMatchObject({ from: '2026-01-01T00:00:00Z', taken: 0, before: 1 });
});

test('a vendor’s words cannot move the terminal’s cursor', async () => {
  academy().webhooks.put('https://elsewhere.example.com/', ['\u001b[2J\u0007evil', 'new_order']);
  const { stdout } = await webhooks('list --source academyofmine');
  expect(stdout).toMatch(/evil, new_order/);
  // eslint-disable-next-line no-control-regex
  expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
});

test.each([
  ['', 'Say what to do: webhooks register, list, catch-up or send'],
  ['delete', '“delete” is not a word for this command; write webhooks register'],
  ['list', '--source is missing: write it, such as --source academyofmine'],
  ['list all --source academyofmine', '“all” is one word too many'],
  ['list --source academyofmine --code k3y', 'webhooks list takes no --code'],
  ['register --source academyofmine', '--url is missing: write it, such as --url https://app.example.com'],
  [`${register} --events ,`, '--events names no event'],
  [`${register} --events course_complete`, 'did you mean course_completed?', 1],
  ['catch-up --source academyofmine --from yesterday', '--from must be a time in UTC'],
  ['list --source khalibre', 'The webhooks of khalibre (khalibre) cannot be set up from here', 1],
  ['catch-up --source openedx', 'The webhooks of openedx (open-edx) cannot be set up from here', 1],
  ['list --source nowhere', 'There is no source nowhere', 1],
] as const)('webhooks %s is refused in one sentence', async (args, sentence, exits: number = 2) => {
  const { code, stdout, stderr } = await webhooks(args, { LOG_LEVEL: 'silent' });
  expect(stderr).toContain(sentence);
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(stdout).toBe('');
  expect(code).toBe(exits);
});

test('a refusal of the vendor is told without the key', async () => {
  academy().state.options.eventList = 'none';
  const { code, stderr } = await webhooks(`${register} --code ${key}`, { LOG_LEVEL: 'silent' });
  expect(stderr).toContain('refused webhooks.create (422): The selected event list is invalid.');
  expect(code).toBe(1);
});
