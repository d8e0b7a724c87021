import { HTTP } from 'cloudevents';
import { Webhook } from 'standardwebhooks';
import { signedWebhook } from '../../../src/lib/destinations/signed-webhook';
import type { WebhookSettings } from '../../../src/lib/destinations/signed-webhook/settings';
import { systemClock } from '../../../src/lib/http/clock';
import { failure, testDeps, testSecret } from '../../http/client-builder';
import { inTurn, TestServer } from '../../http/test-server';
import { at, from as to } from '../origin';

let server: TestServer;
afterEach(() => server?.stop());

const secrets = ['whsec_c2FuZGJveC13ZWJob29rLXNlY3JldC0wMDE=', 'whsec_YW5vdGhlci1zZWNyZXQtb2YtMjQtYnl0ZXM='];
const course = { id: 'course-v1:a+b+c', name: 'Fire safety', url: 'https://lms.example.com/a' };
const progress = { courseId: course.id, email: 'Ann@example.com', status: 'Passed', percent: 0.9 } as const;
const delivery = {
  signal: new AbortController().signal,
  idempotencyKey: 'key-1',
  fence: () => undefined,
  mayLandUntil: () => undefined,
};

const settings = (more: Partial<WebhookSettings> = {}): WebhookSettings => ({
  id: 'flow',
  prefix: 'DEST__flow__',
  url: testSecret('https://flow.example.com/hook', 'DEST__flow__url'),
  secret: testSecret(secrets.join(' '), 'DEST__flow__secret'),
  learnerDomains: [],
  batchSize: 100,
  concurrency: 4,
  ...more,
});

async function opened(...answers: Parameters<typeof inTurn>) {
  server = await TestServer.start(inTurn(...answers));
  const url = testSecret(`${server.origin}/hook?sig=signed-link`, 'DEST__flow__url');
  const destination = signedWebhook.create(settings({ url }), { ...testDeps(), clock: systemClock });
  const encoded = destination.encodeCourse(course, to);
  if (!encoded.ok) throw new Error(encoded.skipped);
  const batch = {
    kind: 'catalog',
    sourceSystemId: '',
    json: Buffer.from(`[${encoded.json}]`),
    count: 1,
  } as const;
  return { destination, send: () => destination.send(batch, delivery), sent: batch.json.toString() };
}

const answer =
  (status: number, headers: Record<string, string> = {}): Parameters<typeof inTurn>[0] =>
  (response) =>
    void response.writeHead(status, headers).end();

test.each([200, 202, 204])('%i without a body takes the batch', async (status) => {
  const { send } = await opened(answer(status));
  await send();
  expect(server.seen).toHaveLength(1);
});

test('every secret signs, and a receiver that knows one of them verifies the very bytes', async () => {
  const { send, sent } = await opened(answer(202));
  await send();
  const { headers, body } = server.seen[0]!;
  expect(String(body)).toBe(sent);
  for (const secret of secrets)
    expect(() => new Webhook(secret).verify(String(body), headers as Record<string, string>)).not.toThrow();
  expect(headers['webhook-id']).toBe('key-1');
  const events = HTTP.toEvent({ headers, body: String(body) });
  expect(events).toEqual([
    expect.objectContaining({
      source: '/lms-bridge/openedx',
      type: 'lms-bridge.course.changed',
      subject: course.id,
      data: course,
    }),
  ]);
});

test('410 says that the receiver wants no more; nothing tells of the signature in the address', async () => {
  const { send } = await opened(answer(410));
  const error = await failure(send());
  expect(error.message).toBe(
    'webhook flow wants no more events (410): take it out of DESTINATIONS, or correct DEST__flow__url',
  );
  expect(server.seen).toHaveLength(1);
});

test('a redirect is not followed, and its sentence names no more than a host', async () => {
  const { send } = await opened(answer(307, { location: '/elsewhere' }));
  const error = await failure(send());
  expect(error.message).toContain('redirects are not followed; check DEST__flow__url');
  expect(error.message).not.toContain('signed-link');
  expect(server.seen).toHaveLength(1);
});

test('403 names both places where a signature can be wrong', async () => {
  const { send } = await opened(answer(403));
  expect((await failure(send())).message).toBe(
    'webhook flow does not permit the call (403); check DEST__flow__secret, and a signature within DEST__flow__url',
  );
});

describe('an event', () => {
  const { encodeCourse, encodeProgress, encodeDeletion } = signedWebhook.create(settings(), testDeps());
  const idOf = (json: string): string => (JSON.parse(json) as { id: string }).id;
  const jsonOf = (encoded: ReturnType<typeof encodeCourse>): string => {
    if (!encoded.ok) throw new Error(encoded.skipped);
    return encoded.json;
  };

  test('has the same id for the same content in every run, and another for another', () => {
    const later = { ...to, createdAt: at('2027-01-01T00:00:00Z') };
    const first = idOf(jsonOf(encodeCourse(course, to)));
    expect(idOf(jsonOf(encodeCourse({ ...course }, later)))).toBe(first);
    expect(idOf(jsonOf(encodeCourse({ ...course, name: 'Other' }, to)))).not.toBe(first);
    expect(idOf(jsonOf(encodeCourse(course, { ...to, source: 'khalibre' })))).not.toBe(first);
    expect(idOf(encodeDeletion(jsonOf(encodeCourse(course, to)), to))).not.toBe(first);
  });

  test('holds the record as it was mapped, with the address lower-cased', () => {
    expect(JSON.parse(jsonOf(encodeProgress(progress, to)))).toMatchObject({
      specversion: '1.0',
      type: 'lms-bridge.progress.changed',
      subject: course.id,
      time: '2026-03-01T12:00:00Z',
      data: { ...progress, email: 'ann@example.com' },
    });
  });

  test('takes a course back, once or twice, with what it was', () => {
    const once = encodeDeletion(jsonOf(encodeCourse(course, to)), to);
    expect(JSON.parse(once)).toMatchObject({
      type: 'lms-bridge.course.deleted',
      subject: course.id,
      data: course,
    });
    expect(encodeDeletion(once, to)).toBe(once);
  });
});

describe('settings', () => {
  const wrong = (name: 'url' | 'secret', value: string) =>
    signedWebhook.definitions[name]?.schema.safeParse(value).error?.issues[0]?.message;

  test('an address with a query may be given, but none without TLS', () => {
    expect(wrong('url', 'https://prod.example.com/triggers/manual?sp=run&sig=abc')).toBeUndefined();
    expect(wrong('url', 'kv:flow-url')).toBeUndefined();
    expect(wrong('url', 'http://flow.example.com/')).toContain('https://');
  });

  test('a secret that no receiver would take is told at the door', () => {
    expect(wrong('secret', secrets.join(' '))).toBeUndefined();
    expect(wrong('secret', 'whsec_c2hvcnQ=')).toContain('24 to 64 bytes');
    expect(wrong('secret', 'plain')).toContain('whsec_');
  });
});
