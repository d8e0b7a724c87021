import { documented, type DocumentedOperation } from './documented';
import { openApiDocument } from '../../src/lib/api/openapi';
import { problemSchema } from '../../src/lib/api/schemas';
import { type Served, serve } from './served';

// What the document says may be asked is what is read, of every operation: whatever else is asked is refused.
const all = documented(JSON.parse(JSON.stringify(openApiDocument('http://localhost:7071/api'))));
const isWebhook = ({ path }: DocumentedOperation): boolean => path.startsWith('/webhooks/');
const withKey = all.filter((operation) => !operation.isPublic && !isWebhook(operation));
const named = (operations: readonly DocumentedOperation[]) =>
  operations.map((one) => [one.name, one] as const);

let served: Served;
beforeAll(async () => {
  served = await serve();
}, 60_000);
afterAll(() => served.stop());

interface Sent {
  readonly query?: string;
  readonly body?: object | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The fields that are named by the answer to a request that is wrong. */
async function blamed(
  { method, path }: DocumentedOperation,
  { query = '', body, headers }: Sent,
): Promise<unknown> {
  const answer = await fetch(`${served.url}${path}?${query}`, {
    method: method.toUpperCase(),
    headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  const fields = answer.headers.get('content-type')?.startsWith('text/html')
    ? [...text.matchAll(/(\w+): (?=is |must |may )/g)].map(([, field]) => field)
    : (problemSchema.parse(JSON.parse(text)).errors ?? []).map(({ field }) => String(field).split('.')[0]);
  return [answer.status, ...new Set(fields)];
}

test('the document that is looked at is the one that is served', async () => {
  const { paths } = (await (await fetch(`${served.url}/openapi.json`)).json()) as { paths: object };
  expect(openApiDocument(served.url)).toMatchObject({ paths });
});

test.each(named(withKey))(
  '%s reads every documented parameter, and refuses any other',
  async (_, operation) => {
    // Longer than any text may be, no number, and none of a few words.
    const wrong = 'x'.repeat(5_000);
    for (const name of operation.query) {
      expect(await blamed(operation, { query: `${name}=${wrong}` })).toEqual([400, name]);
      expect(await blamed(operation, { query: `${name}=1&${name}=2` })).toEqual([400, name]);
    }
    for (const name of operation.headers)
      expect(await blamed(operation, { headers: { [name]: '' } })).toEqual([400, name]);
    expect(await blamed(operation, { query: 'colour=red' })).toEqual([400, 'colour']);
  },
);

test('what Azure adds to an address for the key is minded nowhere', async () => {
  const added = 'code=a&Code=b&clientId=default';
  expect((await fetch(`${served.url}/runs?${added}`)).status).toBe(200);
  expect((await fetch(`${served.url}/status?${added}`)).status).toBe(200);
  const body = JSON.stringify({ source: 'none' });
  expect((await fetch(`${served.url}/resync?${added}`, { method: 'POST', body })).status).toBe(422);
});

test.each(named(withKey.filter(({ bodies }) => bodies.length > 0)))(
  '%s reads every documented field of its body, and refuses any other',
  async (_, operation) => {
    for (const { example, fields } of operation.bodies)
      for (const name of [...fields, 'colour'])
        expect(await blamed(operation, { body: { ...example, [name]: [{}] } })).toEqual([400, name]);
  },
);

test.each(named(all.filter(({ isPublic }) => isPublic)))('%s minds no parameter', async (_, { path }) => {
  expect((await fetch(`${served.url}${path}?colour=red&colour=blue`)).status).toBe(200);
});

test("a vendor's address may hold more than is read", async () => {
  const query = 'event=course_completed&event=other&colour=red';
  const answer = await fetch(`${served.url}/webhooks/openedx?${query}`, { method: 'POST', body: '{}' });
  expect(answer.status).not.toBe(400);
});

test('every operation that takes a body was looked at', () => {
  const taking = all.filter(({ method }) => method === 'post').map(({ path }) => path);
  expect(taking.length).toBeGreaterThan(8);
  expect(withKey.filter(({ bodies }) => bodies.length > 0).length).toBe(7);
});
