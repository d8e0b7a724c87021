import { type Served, serve } from '../api/served';
import { run } from './terminal';

// The command plays the vendor; the built app in its host is who takes the event in.
const secret = `whsec_${Buffer.from('a secret of thirty-two bytes, yes').toString('base64')}`;
let served: Served;
beforeAll(async () => {
  const khalibre = { courses: 4, learners: 6 };
  served = await serve({ sandbox: { khalibre }, env: { LMS__khalibre__webhookSecret: secret } });
}, 60_000);
afterAll(() => served.stop());

const send = (more: string, env: Record<string, string> = {}) =>
  run(`webhooks send course.updated --source khalibre --course 1 ${more}`, { ...served.bridge.env, ...env });

test('an event is sent signed, taken in, and listed', async () => {
  const { code, stdout } = await send(`--url ${served.url}/webhooks/khalibre`);
  expect(stdout).toMatch(/^Taken in, signed: khalibre-\w+\. lms-bridge events shows what became of it\.\n$/);
  expect(code).toBe(0);
  const eventId = /khalibre-\w+/.exec(stdout)?.[0] ?? '';
  const listed = await run('events --source khalibre', served.bridge.env);
  expect(listed.stdout).toMatch(new RegExp(`course\\.updated .*${eventId}`));
});

test('with another secret than the host has it is refused, as the vendor would be', async () => {
  const other = `whsec_${Buffer.from('another secret of thirty bytes').toString('base64')}`;
  const { code, stdout } = await send(`--url ${served.url}/webhooks/khalibre`, {
    LMS__khalibre__webhookSecret: other,
  });
  expect(stdout).toMatch(/^Refused \(401\): webhook-signature fits none of the secrets/);
  expect(code).toBe(1);
});

test('where no host listens, it says what to start; other machines are not written to', async () => {
  const nobody = await send('', { PORT: '9' });
  expect(nobody.stderr).toBe(
    'Nobody answers at http://localhost:9; is npm start running? PORT there is the port here\n',
  );
  const far = await send('--url https://app.example.com/api/webhooks/khalibre');
  expect(far.stderr).toMatch(/^--url must lead to this machine/);
  expect([nobody.code, far.code]).toEqual([1, 1]);
});
