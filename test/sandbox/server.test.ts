import { gunzipSync } from 'node:zlib';
import { get as httpGet } from 'node:http';
import { startOpenEdx } from '../../sandbox/open-edx';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox';
import { sandboxSettings } from '../../sandbox/settings';
import { call, postJson } from './calls';

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await startSandbox({ openEdx: { courses: 5, grades: 5 } });
});
afterEach(() => sandbox.stop());

const courses = '/api/courses/v1/courses/';

test('the log tells what came, without what authenticates', async () => {
  const { url, server } = sandbox.openEdx;
  await call(`${url}${courses}?page=1`, {
    headers: { Authorization: 'JWT topsecret', 'X-Edx-Api-Key': 'topsecret', 'Idempotency-Key': 'seen' },
  });
  expect(server.requests.to(courses)[0]).toMatchObject({
    method: 'GET',
    path: courses,
    query: { page: '1' },
    status: 401,
    hasUserAgent: true,
    headers: { authorization: 'redacted', 'x-edx-api-key': 'redacted', 'idempotency-key': 'seen' },
  });
  const { body } = await call(`${url}/_sandbox/requests?path=courses`);
  expect(body.entries).toHaveLength(1);
  expect(JSON.stringify(body)).not.toContain('topsecret');
});

test('it counts how many calls are in flight at once', async () => {
  const { url, server } = sandbox.openEdx;
  server.options.latencyMs = 100;
  await Promise.all([1, 2, 3].map(() => call(`${url}${courses}`)));
  expect(server.requests.mostInFlight).toBe(3);
});

test('a general limit a minute answers 429', async () => {
  sandbox.ldServices.server.options.requestsPerMinute = 0;
  await postJson(`${sandbox.openEdx.url}/_sandbox/options`, { requestsPerMinute: 1 });
  expect((await call(`${sandbox.openEdx.url}${courses}`)).status).toBe(200);
  const { status, headers } = await call(`${sandbox.openEdx.url}${courses}`);
  expect([status, Number(headers.get('retry-after')) > 50]).toEqual([429, true]);
});

test('answers are compressed for callers that accept it, when so set', async () => {
  sandbox.openEdx.server.options.gzip = true;
  const body = await new Promise<Buffer>((resolve) =>
    httpGet(`${sandbox.openEdx.url}${courses}`, { headers: { 'Accept-Encoding': 'gzip' } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve(Buffer.concat(chunks)));
    }),
  );
  expect(JSON.parse(gunzipSync(body).toString()).pagination.count).toBeGreaterThan(0);
});

test('unknown paths are 404, other methods 405', async () => {
  expect((await call(`${sandbox.openEdx.url}/nothing`)).status).toBe(404);
  expect((await call(`${sandbox.openEdx.url}${courses}`, { method: 'DELETE' })).status).toBe(405);
});

test('the control API changes data, options and credentials while it runs', async () => {
  const { url, state } = sandbox.openEdx;
  const id = 'course-v1:New+N1+R1';
  await postJson(`${url}/_sandbox/courses`, { put: [{ id, name: 'New' }] });
  expect((await call(`${url}${courses}${encodeURIComponent(id)}/`)).body).toMatchObject({
    name: 'New',
    org: 'New',
  });
  await postJson(`${url}/_sandbox/courses`, { remove: [id] });
  expect(state.courses.has(id)).toBe(false);
  expect((await postJson(`${url}/_sandbox/courses`, { put: [{ id }] })).status).toBe(400);
  const grade = { email: 'new@example.com', courseId: id, percent: 0.5, modified: 1000 };
  await postJson(`${url}/_sandbox/grades`, { grades: [grade] });
  const { body } = await call(`${url}/_sandbox/grades?to=1000`);
  expect(body.grades).toMatchObject([{ percent: 0.5, passed: false, modified: 1000 }]);
  await postJson(`${url}/_sandbox/grades`, { remove: [grade] });
  expect(state.grades.size).toBe(5);
  await postJson(`${url}/_sandbox/options`, { order: 'id' });
  expect(state.options.order).toBe('id');
  expect((await postJson(`${url}/_sandbox/options`, { port: 1 })).status).toBe(400);
  await postJson(`${url}/_sandbox/credentials`, { clientSecret: 'rotated' });
  expect(state.tokens.client.clientSecret).toBe('rotated');
});

test('a taken port is one sentence', async () => {
  const port = Number(new URL(sandbox.openEdx.url).port);
  await expect(startOpenEdx({ port, courses: 1, grades: 0 })).rejects.toThrow(
    `Open edX: port ${port} is taken by another program.`,
  );
});

test('grades change by themselves when there is activity', async () => {
  const busy = await startOpenEdx({ courses: 5, grades: 5, activity: 6000 });
  const { version } = busy.state.grades;
  while (busy.state.grades.version === version) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(busy.state.grades.at(-1)!.modified).toBeGreaterThan(Date.now() - 60_000);
  await busy.stop();
});

test('the settings name both systems', () => {
  expect(sandboxSettings(sandbox)).toMatchObject({
    LMS_SOURCES: 'openedx',
    LMS__openedx__kind: 'open-edx',
    LMS__openedx__baseUrl: sandbox.openEdx.url,
    LD__auth: 'oauth2',
    LD__tokenUrl: `${sandbox.ldServices.url}/oauth2/token`,
  });
});
