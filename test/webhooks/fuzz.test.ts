import { random } from '../../sandbox/data/random';
import { applyEvent } from '../../src/lib/webhooks/apply-event';
import { type Bridge, startBridge } from '../setup/bridge';
import { post, signed, type Hook } from './hooks';

// `npm run fuzz` asks for 100,000.
const requests = Number(process.env.FUZZ_REQUESTS ?? 2_000);
const seed = Number(process.env.FUZZ_SEED ?? 7);
const together = 16;
const answers = [202, 400, 401, 404, 405, 413, 415];
const key = Buffer.from('a key that only tests know');

let bridge: Bridge;
beforeAll(async () => {
  bridge = await startBridge({
    sandbox: { khalibre: { courses: 5, learners: 3 } },
    env: { LMS__khalibre__webhookSecret: `whsec_${key.toString('base64')}` },
  });
});
afterAll(() => bridge.stop());

test(
  'whatever is sent, the answer is one of the table, and whatever is kept can be worked',
  async () => {
    const next = random(seed);
    const seen = new Map<number, number>();
    for (let i = 0; i < requests; i += together) {
      const hooks = Array.from({ length: Math.min(together, requests - i) }, () => anything(next));
      for (const { status } of await Promise.all(hooks.map((hook) => post(bridge.app, hook))))
        seen.set(status, (seen.get(status) ?? 0) + 1);
    }
    expect([...seen.keys()].filter((status) => !answers.includes(status))).toEqual([]);
    // Each is met, or the requests are not as wild as they are meant to be.
    expect([...seen.keys()].sort()).toEqual(answers);
    let worked = 0;
    for (const source of bridge.app.engine.inbox.sources)
      for await (const { eventId } of bridge.app.engine.inbox.waiting(source)) {
        await applyEvent(bridge.app.engine, eventId, new AbortController().signal);
        if (++worked % 60 === 0) break;
      }
    expect(worked).toBeGreaterThan(60);
  },
  60_000 + requests * 60,
);

type Next = () => number;
const pick = <T>(next: Next, from: readonly T[]): T => from[Math.floor(next() * from.length)] as T;
const whole = (next: Next, below: number): number => Math.floor(next() * below);

function anything(next: Next): Hook {
  const bytes = anyBytes(next);
  const source = pick(next, [
    'khalibre',
    'openedx',
    'openedx',
    'openedx',
    'moodle',
    '',
    '__proto__',
    'constructor',
    '%2e',
  ]);
  const method = next() < 0.05 ? pick(next, ['GET', 'PUT', 'HEAD', 'TRACE', '']) : 'POST';
  const good = next() < 0.5 ? signed(key, bytes, Date.now(), anyText(next) || 'msg') : {};
  return { source, method, body: bytes, headers: { ...anyHeaders(next), ...good } };
}

function anyHeaders(next: Next): Record<string, string> {
  const headers: Record<string, string> = {};
  const names = [
    'webhook-id',
    'webhook-timestamp',
    'webhook-signature',
    'x-event-type',
    'content-length',
    'content-type',
  ];
  for (const name of names) if (next() < 0.2) headers[name] = anyText(next);
  if (next() < 0.2) headers['webhook-timestamp'] = String(whole(next, 2e12));
  if (next() < 0.2)
    headers['webhook-signature'] = `v1,${anyText(next)} v1,${Buffer.alloc(32).toString('base64')}`;
  return headers;
}

/** Text that a header may hold. */
const anyText = (next: Next): string =>
  Array.from({ length: whole(next, 40) }, () => String.fromCharCode(0x20 + whole(next, 0x5f)))
    .join('')
    .trim();

function anyBytes(next: Next): Buffer {
  const kind = next();
  if (kind < 0.1) return Buffer.from(Array.from({ length: whole(next, 300) }, () => whole(next, 256)));
  if (kind < 0.12) return Buffer.alloc(262_100 + whole(next, 100), 0x20);
  if (kind < 0.14) {
    const depth = whole(next, 140_000);
    const [open, close] = pick(next, [
      ['[', ']'],
      ['{"__proto__":', '}'],
      ['{"data":', '}'],
      ['[', ''],
    ] as const);
    return Buffer.from(`${open.repeat(depth)}${open === '[' ? '' : '1'}${close.repeat(depth)}`);
  }
  const text = JSON.stringify(anyJson(next, 4)) ?? 'null';
  if (kind < 0.2) return Buffer.from(text, pick(next, ['utf16le', 'latin1', 'utf8']));
  if (kind < 0.3) {
    const bytes = Buffer.from(text);
    for (let n = 0; n < 3 && bytes.length > 0; n++) bytes[whole(next, bytes.length)] = whole(next, 256);
    return bytes;
  }
  return Buffer.from(text);
}

const names = [
  ...['eventType', 'event_type', 'type', 'event', 'courseId', 'classId', 'data', 'course', 'learnerEmail'],
  ...['emailAddress', '__proto__', 'constructor', 'toString', 'length', ''],
];
const values = [
  ...[
    'course.created',
    'course.status',
    'community.updated',
    'user.created',
    'ann@example.com',
    '..',
    '',
    '\u0000',
  ],
  ...['course-v1:edX+DemoX+Demo', '\ud800', '../../admin', 1201, -1, 1e308, 2 ** 53, true, null],
];

function anyJson(next: Next, depth: number): unknown {
  const kind = next();
  if (depth === 0 || kind < 0.3) return pick(next, values);
  if (kind < 0.45) return Array.from({ length: whole(next, 4) }, () => anyJson(next, depth - 1));
  // Pairs, not an object literal: a member named __proto__ is to be one of its own.
  return Object.fromEntries(
    Array.from({ length: whole(next, 6) }, () => [pick(next, names), anyJson(next, depth - 1)]),
  );
}
