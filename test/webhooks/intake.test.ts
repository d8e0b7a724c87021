import { startBridge, type Bridge } from '../setup/bridge';
import { post, signed, signedBytes, take, type Hook } from './hooks';

const key = Buffer.from('a key that only tests know', 'utf8');
const whsec = `whsec_${key.toString('base64')}`;
const now = Date.parse('2026-03-01T12:00:00Z');
const event = { eventType: 'course.updated', courseId: 1201 };
const bytes = Buffer.from(JSON.stringify(event));
const json = (length: number): Buffer => Buffer.from(`"${'x'.repeat(length - 2)}"`);

let bridge: Bridge;
beforeAll(async () => {
  bridge = await startBridge({
    sandbox: { khalibre: { courses: 12 } },
    overrides: { now: () => now },
  });
});
afterAll(() => bridge.stop());

describe('what the webhook answers', () => {
  const signedBridge = (secret: string) => bridge.another({}, { LMS__khalibre__webhookSecret: secret });
  const notText = Buffer.from([0x7b, 0xff, 0xfe, 0x7d]);

  test.each<[string, number, Hook]>([
    ['an event in one of the usual shapes', 202, { body: event }],
    ['a type that nobody knows', 202, { body: { type: 'user.created', id: 5 } }],
    ['a shape that nobody knows', 202, { body: { result: 'notified', success: true } }],
    ['a plain value', 202, { body: 5 }],
    ['null', 202, { body: null }],
    ['a list', 202, { body: [event] }],
    ['the largest body', 202, { body: json(262_144) }],
    ['a byte more', 413, { body: json(262_145) }],
    [
      'a body that is larger than its length says',
      413,
      { body: json(262_145), headers: { 'content-length': '10' } },
    ],
    [
      'a small body whose length is said to be huge',
      202,
      { body: event, headers: { 'content-length': '999999999' } },
    ],
    ['no body', 400, { body: Buffer.alloc(0) }],
    ['JSON that is cut short', 400, { body: Buffer.from('{"type":') }],
    ['bytes that are no text', 400, { body: notText }],
    ['a source that is not there', 404, { source: 'moodle', body: event }],
    ['a source whose name is no name', 404, { source: '../openedx', body: event }],
    ['GET', 405, { method: 'GET' }],
    ['DELETE', 405, { method: 'DELETE' }],
    ['a form', 415, { body: event, headers: { 'content-type': 'application/x-www-form-urlencoded' } }],
    ['text', 415, { body: event, headers: { 'content-type': 'text/plain' } }],
    [
      'another kind of JSON',
      202,
      { body: event, headers: { 'content-type': 'application/cloudevents+json' } },
    ],
    [
      'JSON with a charset',
      202,
      { body: event, headers: { 'content-type': 'Application/JSON; charset=utf-8' } },
    ],
    ['no content type', 202, { body: event, headers: { 'content-type': '' } }],
    [
      'JSON deeper than anybody writes it',
      202,
      { body: Buffer.from('['.repeat(131_072) + ']'.repeat(131_072)) },
    ],
    [
      'members that are named like a prototype’s',
      202,
      { body: Buffer.from('{"__proto__":{"type":"course.deleted"}}') },
    ],
    ['a signature where none is asked for', 202, { body: event, headers: { 'webhook-signature': 'v1,x' } }],
  ])('%s: %i', async (_, status, hook) => {
    const answer = await post(bridge.app, hook);
    expect(answer.status).toBe(status);
    if (status === 202) {
      expect(JSON.parse(answer.body ?? '')).toEqual({
        eventId: expect.stringMatching(/^khalibre-[0-9a-f]{24}$/),
      });
    } else {
      expect(answer.headers['content-type']).toContain('application/problem+json');
      expect(JSON.parse(answer.body ?? '')).toMatchObject({ status, title: expect.any(String) });
    }
    expect(answer.headers.allow).toBe(status === 405 ? 'POST' : undefined);
  });

  const at = (seconds: number, id?: string) => signed(key, bytes, now + seconds * 1000, id);
  const other = Buffer.from('another key');
  const both = `v1,bm90IGl0 ${at(0)['webhook-signature']} v2,later`;

  test.each<[string, string, number, Record<string, string>]>([
    ['a good signature', whsec, 202, at(0)],
    ['one of several secrets', `${whsec} raw-secret`, 202, at(0)],
    [
      'a secret that is given as it is',
      `raw-secret ${whsec}`,
      202,
      signed(Buffer.from('raw-secret'), bytes, now),
    ],
    ['one of several signatures', whsec, 202, { ...at(0), 'webhook-signature': both }],
    ['five minutes ago', whsec, 202, at(-300)],
    ['five minutes ahead', whsec, 202, at(300)],
    ['older', whsec, 401, at(-301)],
    ['further ahead', whsec, 401, at(301)],
    ['another key', whsec, 401, signed(other, bytes, now)],
    ['other bytes', whsec, 401, signed(key, Buffer.from('{}'), now)],
    ['another id', whsec, 401, { ...at(0), 'webhook-id': 'msg_2' }],
    ['another time', whsec, 401, { ...at(0), 'webhook-timestamp': String(now / 1000 + 1) }],
    ['a time with a fraction', whsec, 401, { ...at(0), 'webhook-timestamp': `${now / 1000}.5` }],
    ['a time in words', whsec, 401, { ...at(0), 'webhook-timestamp': '1e9' }],
    [
      'another scheme',
      whsec,
      401,
      { ...at(0), 'webhook-signature': at(0)['webhook-signature']!.replace('v1', 'v1a') },
    ],
    ['an empty signature', whsec, 401, { ...at(0), 'webhook-signature': 'v1,' }],
    ['no signature at all', whsec, 401, {}],
  ])('with a secret, %s (%s): %i', async (_, secret, status, headers) => {
    expect((await post(signedBridge(secret), { body: bytes, headers })).status).toBe(status);
  });

  test('the signature counts before the content: bytes that are no text are 400 only when they are signed', async () => {
    const app = signedBridge(whsec);
    expect(
      (await post(app, { body: notText, headers: signedBytes(key, notText, now, 'msg_9') })).status,
    ).toBe(400);
    expect((await post(app, { body: notText })).status).toBe(401);
  });

  test('a secret without a key lets nobody in: 500 that names the setting', async () => {
    const answer = await post(signedBridge('whsec_'), {
      body: bytes,
      headers: signedBytes(Buffer.alloc(0), bytes, now),
    });
    expect(answer.status).toBe(500);
    expect(answer.body).toContain('LMS__khalibre__webhookSecret');
  });

  test('a source whose settings are wrong answers 500, and the others go on', async () => {
    const app = bridge.another({}, { LMS__khalibre__baseUrl: 'http://lms.example.com' });
    expect((await post(app, { body: event })).status).toBe(500);
    expect((await post(app, { source: 'openedx', body: event })).status).toBe(202);
  });

  test('storage that is away is 503 with Retry-After', async () => {
    const dead = bridge.env.AzureWebJobsStorage!.replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:9');
    const answer = await post(bridge.another({}, { AzureWebJobsStorage: dead }), { body: event });
    expect(answer.status).toBe(503);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  });

  test('a queue that is away is 503, and the same call is taken in once it is back', async () => {
    // Of a course that no other event waits for.
    const body = { ...event, courseId: 9_503 };
    const headers = { 'webhook-id': 'msg_queue' };
    const [, queue] = /QueueEndpoint=http:\/\/(127\.0\.0\.1:\d+)/.exec(bridge.env.AzureWebJobsStorage!) ?? [];
    const dead = bridge.env.AzureWebJobsStorage!.replace(queue!, '127.0.0.1:9');
    expect((await post(bridge.another({}, { AzureWebJobsStorage: dead }), { body, headers })).status).toBe(
      503,
    );
    const before = await depth();
    const eventId = await take(bridge.app, body, headers);
    expect(await depth()).toBe(before + 1);
    expect(await bridge.app.engine.inbox.read(eventId)).toMatchObject({ state: 'received' });
  });
});

test('an event is kept byte for byte, and its type and ids are read', async () => {
  const body = Buffer.from(
    ` { "data": {"courseId": 1203, "emailAddress": " Ann@Example.com"},\n"type":"COURSE_STATUS"}`,
  );
  const eventId = await take(bridge.app, body);
  expect((await bridge.app.engine.inbox.raw(eventId))?.bytes).toEqual(body);
  expect(await bridge.app.engine.inbox.read(eventId)).toMatchObject({
    type: 'course.status',
    state: 'received',
    attempts: 0,
    task: { type: 'course', kind: 'consumption', courseId: '1203', learner: 'ann@example.com' },
  });
});

test('the same webhook-id is the same event, at the same source alone', async () => {
  const headers = { 'webhook-id': 'msg_same' };
  const first = await take(bridge.app, event, headers);
  expect(await take(bridge.app, { ...event, courseId: 1 }, headers)).toBe(first);
  const elsewhere = await post(bridge.app, { source: 'openedx', body: event, headers });
  expect(JSON.parse(elsewhere.body ?? '').eventId).not.toContain(first.split('-')[1]);
  expect(await take(bridge.app, event)).not.toBe(await take(bridge.app, event));
});

test('many calls with the same webhook-id at the same time are one event', async () => {
  const ids = await Promise.all(
    Array.from({ length: 20 }, () => take(bridge.app, event, { 'webhook-id': 'msg_together' })),
  );
  expect(new Set(ids).size).toBe(1);
});

async function depth(): Promise<number> {
  return (await bridge.app.storage.queue('webhook-events').getProperties()).approximateMessagesCount ?? 0;
}
