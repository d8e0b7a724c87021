import { type Graph, startGraph } from '../../../sandbox/graph';

let graph: Graph;
let token: string;
beforeEach(async () => {
  graph = await startGraph();
  const { clientId, clientSecret, resource } = graph.options;
  const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
  const answer = await fetch(graph.tokenUrl, {
    method: 'POST',
    body: new URLSearchParams({ ...form, scope: `${resource}/.default` }),
  });
  token = ((await answer.json()) as { access_token: string }).access_token;
});
afterEach(() => graph.stop());

interface Told {
  status: number;
  body: Record<string, unknown>;
}

async function call(method: string, path: string, body?: object, bearer = token): Promise<Told> {
  const answer = await fetch(graph.url + path, {
    method,
    headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: (text ? JSON.parse(text) : {}) as Record<string, unknown> };
}
const provider = () => `/employeeExperience/learningProviders/${graph.options.providerId}`;
const content = { title: 'Reading', contentWebUrl: 'https://lms.example.com/1', languageTag: 'en-us' };
const message = ({ body }: Told) => (body.error as { message: string }).message;

test('contents are made by external id, found by both ids, listed and deleted', async () => {
  const url = `${provider()}/learningContents`;
  const made = await call('PATCH', `${url}(externalId='a''b')`, content);
  expect(made).toMatchObject({ status: 202, body: { externalId: "a'b", isActive: true } });
  expect((await call('GET', `${url}(externalId='a''b')`)).body).toEqual(made.body);
  expect((await call('GET', `${url}/${String(made.body.id)}`)).body).toEqual(made.body);
  expect((await call('GET', `${url}?$top=1`)).body).toEqual({ value: [made.body] });
  const view = await fetch(`${graph.server.url}/_sandbox/contents`);
  expect(await view.json()).toEqual({ contents: [made.body] });
  expect((await call('DELETE', `${url}/${String(made.body.id)}`)).status).toBe(204);
  expect((await call('GET', `${url}(externalId='a''b')`)).status).toBe(404);
});

test.each([
  [{ ...content, title: undefined }, 'Input Field title is required'],
  [{ ...content, title: '' }, "Input Field title shouldn't be empty"],
  [{ ...content, duration: '20 minutes' }, 'Input Field duration is invalid'],
  [
    { ...content, colour: 'red' },
    "The property 'colour' does not exist on type 'microsoft.graph.learningContent'",
  ],
])('a content that is wrong is 400: %j', async (body, wrong) => {
  const told = await call('PATCH', `${provider()}/learningContents(externalId='a')`, body);
  expect([told.status, message(told)]).toEqual([400, wrong]);
});

test('users are found by name or by mail address', async () => {
  const user = graph.state.addUser('ann@corp.example.com', "o'hara@example.com");
  expect((await call('GET', '/users/ann@corp.example.com?$select=id')).body).toEqual({ id: user.id });
  const filter = encodeURIComponent(
    "mail eq 'o''hara@example.com' or userPrincipalName eq 'nobody@elsewhere.example'",
  );
  expect((await call('GET', `/users?$filter=${filter}`)).body).toEqual({ value: [user] });
  expect((await call('GET', '/users/nobody@elsewhere.example')).status).toBe(404);
  expect((await call('GET', "/users?$filter=mail like 'a'")).status).toBe(400);
});

test('a batch holds 20 requests, each with its own answer, in an order of its own', async () => {
  const request = (id: string, more: object = {}) => ({ id, method: 'GET', url: '/users?$top=1', ...more });
  const patch = { method: 'PATCH', url: `${provider()}/learningContents(externalId='a')`, body: content };
  const headers = { 'Content-Type': 'application/json' };
  const { body } = await call('POST', '/$batch', {
    requests: [
      request('1'),
      request('2', patch),
      request('3', { ...patch, headers }),
      request('4', { url: '/nothing' }),
    ],
  });
  const responses = body.responses as { id: string; status: number }[];
  expect(responses.map(({ id, status }) => [id, status])).toEqual([
    ['4', 404],
    ['3', 202],
    ['2', 400],
    ['1', 200],
  ]);
  const many = Array.from({ length: 21 }, (_, n) => request(String(n)));
  expect((await call('POST', '/$batch', { requests: many })).status).toBe(400);
  expect((await call('POST', '/$batch', { requests: [request('1'), request('1')] })).status).toBe(400);
});

test('without a token it is 401, without a permission 403, for another provider 400', async () => {
  expect((await call('GET', '/users?$top=1', undefined, 'none')).status).toBe(401);
  expect((await call('GET', '/employeeExperience/learningProviders/another/learningContents')).status).toBe(
    400,
  );
  graph.options.permissions = [];
  for (const path of [
    '/users?$top=1',
    `${provider()}/learningContents`,
    `${provider()}/learningCourseActivities/1`,
  ])
    expect((await call('GET', path)).status).toBe(403);
});
