import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Academy, startAcademy } from '../../../sandbox/academy-of-mine';
import { call, postJson, type Reply } from '../calls';

let academy: Academy;
let door: Server;
let url: string;
const came: { path: string; body: unknown }[] = [];
beforeEach(async () => {
  came.length = 0;
  academy = await startAcademy({ courses: 4, learners: 5, coursesPerLearner: 0, timeZone: 'UTC' });
  door = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      came.push({ path: request.url ?? '', body: JSON.parse(Buffer.concat(chunks).toString()) });
      response.writeHead(request.url?.includes('refuse') ? 503 : 202).end();
    });
  });
  await new Promise<void>((done) => door.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${(door.address() as AddressInfo).port}`;
});
afterEach(async () => {
  await academy.stop();
  await new Promise((done) => {
    door.close(done);
    door.closeAllConnections();
  });
});

const headers = () => ({ Authorization: `Bearer ${academy.state.options.accessToken}` });
const get = (path: string): Promise<Reply> => call(`${academy.url}${path}`, { headers: headers() });
const create = (body: object): Promise<Reply> => postJson(`${academy.url}/api/webhooks`, body, headers());
const enrol = () => {
  const { state } = academy;
  state.enrol({ courseId: state.published()[0]!.id, userId: 1000 });
  return academy.webhooks.settled();
};

test('a webhook is created as documented, and listed by the titles of its events without its address', async () => {
  const { status, body } = await create({ url, eventList: 'course_enrolled' });
  expect([status, body]).toEqual([200, { id: '3', message: 'Webhook saved successfully' }]);
  await create({ url, eventList: 'Course Completed' });
  const list = await get('/api/webhooks/list?order_by={"colName":"created_at","direction":"desc"}');
  expect(list.body).toMatchObject({
    recordsTotal: 2,
    records: [
      { id: 4, events: 'Course Completed', author: 'Client Admin' },
      { id: 3, events: 'Enrolled in a course', created_at: expect.stringMatching(/^\w{3} \d\d, \d{4} /) },
    ],
  });
  expect(JSON.stringify(list.body)).not.toContain(url);
});

test.each([
  [{ eventList: 'course_enrolled' }, 'url'],
  [{ url: 'https://app.example.com/' }, 'eventList'],
  [{ url: 'https://app.example.com/', eventList: 'assignment_submission' }, 'eventList'],
])('%j is refused', async (body, field) => {
  const answer = await create(body);
  expect(answer.status).toBe(422);
  expect(answer.body.errors).toHaveProperty(field);
});

test('a webhook is changed by its id', async () => {
  await create({ url: 'https://app.example.com/', eventList: 'course_enrolled' });
  const put = await call(`${academy.url}/api/webhooks/3`, {
    method: 'PUT',
    headers: { ...headers(), 'Content-Type': 'application/json' },
    body: JSON.stringify({ url, eventList: 'course_enrolled' }),
  });
  expect(put.body).toEqual({ id: '3', message: 'Webhook updated successfully' });
  await enrol();
  expect(came).toHaveLength(1);
});

test('what is sent names no event; the log does, newest first', async () => {
  await create({ url: `${url}/ok`, eventList: 'course_enrolled' });
  await create({ url: `${url}/refuse`, eventList: 'new_account_created' });
  await enrol();
  academy.state.addUser({ email: 'ann@example.com', firstName: 'Ann', lastName: 'Lee' });
  await academy.webhooks.settled();
  expect(came).toEqual([
    { path: '/ok', body: { userList: [expect.anything()], enrolledCourses: [expect.anything()] } },
    { path: '/refuse', body: expect.objectContaining({ email: 'ann@example.com', first_name: 'Ann' }) },
  ]);
  const log = (id: number) => get(`/api/webhooks/${id}/log?page_size=10&page_number=1`);
  expect((await log(3)).body.records).toEqual([
    expect.objectContaining({ event: 'course_enrolled', status: 'success', data: came[0]!.body }),
  ]);
  academy.state.options.logShowsData = false;
  expect((await log(4)).body.records).toMatchObject([
    { event: 'new_account_created', status: 'failed', data: [], showData: false },
  ]);
});

test('its rows are spelt as the vendor spells them', async () => {
  await enrol();
  const { body } = await postJson(
    `${academy.url}/api/reports/course-detail`,
    {
      ...{ course_ids: [academy.state.published()[0]!.id], page_size: 5, page_number: 1, order_by: [] },
      ...{ search_param: [], userCategoryId: null, registered_between: [], searchPortalIds: [] },
    },
    headers(),
  );
  expect(Object.keys(body.records[0]).filter((field) => field.startsWith('cert'))).toEqual([
    'certifcate_issued',
    'certifcate_count',
    'certifcate_issued_date',
    'certificate_expire',
  ]);
});
