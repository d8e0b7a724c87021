import { type Served, serve } from '../api/served';
import { until } from '../setup/bridge';
import type { Seen } from './batches';

let served: Served;
beforeAll(async () => {
  served = await serve({ sandbox: { khalibre: { courses: 4, learners: 4 } } });
  served.bridge.sandbox.khalibre!.state.putCourse({ id: 5000, title: 'One', end: null, communities: [57] });
}, 60_000);
afterAll(() => served.stop());

test('the built app takes a CSV file in and books its rows by way of the queue', async () => {
  const lines = [
    'source,courseId,email',
    'khalibre,5000,host.1@example.com',
    'khalibre,999999,host.2@example.com',
  ];
  const answer = await fetch(`${served.url}/enrolments`, {
    method: 'POST',
    headers: { 'content-type': 'text/csv' },
    body: lines.join('\r\n'),
  });
  const { url } = (await answer.json()) as { url: string };
  expect([answer.status, answer.headers.get('location')]).toEqual([202, url]);
  let seen: Seen | undefined;
  await until('the batch is done', async () => {
    seen = (await (await fetch(url)).json()) as Seen;
    return seen.state === 'done';
  });
  expect(seen?.results).toEqual([
    { row: 2, state: 'enrolled', status: 201 },
    { row: 3, state: 'failed', status: 422, error: expect.stringMatching(/has no course 999999/) as string },
  ]);
}, 60_000);

test.each([
  ['/enrolments', 'text/csv', 'email\nx@example.com', 400],
  [
    '/enrolments/remove',
    'application/json',
    '{"source":"khalibre","learner":{"email":"x@example.com"}}',
    501,
  ],
  ['/enrolments', 'application/json', ' '.repeat(2 * 1024 * 1024 + 1), 413],
])('%s with %s that cannot be taken is a problem', async (path, type, body, status) => {
  const answer = await fetch(served.url + path, { method: 'POST', headers: { 'content-type': type }, body });
  expect([answer.status, answer.headers.get('content-type')]).toEqual([
    status,
    'application/problem+json; charset=utf-8',
  ]);
});

test('a key in the address is neither answered nor kept, however the address is written', async () => {
  for (const path of ['/enrolments/?code=secret', '/Enrolments?code=secret']) {
    const row = { source: 'khalibre', courseId: '5000', learner: { email: 'host.3@example.com' } };
    const answer = await fetch(served.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([row]),
    });
    const { url } = (await answer.json()) as { url: string };
    expect([answer.status, url]).toEqual([202, expect.not.stringContaining('secret')]);
    expect((await fetch(url)).status).toBe(200);
  }
});

test('a batch that nobody knows is 404; a query that is wrong 400', async () => {
  expect((await fetch(`${served.url}/enrolments/nobody`)).status).toBe(404);
  expect((await fetch(`${served.url}/enrolments/nobody?limit=many`)).status).toBe(400);
});
