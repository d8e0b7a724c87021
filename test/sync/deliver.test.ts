import fc from 'fast-check';
import { AuthError, LeaseLostError, PayloadError, RefusedError, RetryableError } from '../../src/lib/errors';
import { Delivery, type DeliverOptions, tooManyBad } from '../../src/lib/sync/deliver/deliver';
import { idempotencyKey } from '../../src/lib/sync/deliver/post';
import type { NotTakenBecause } from '../../src/lib/destinations/destination';
import { MemorySink } from './deliver-sink';

interface Outcome {
  readonly error: unknown;
  readonly acknowledged: number[];
  readonly refused: number[];
  readonly skipped: Record<number, string>;
}

type More = { [K in keyof DeliverOptions<number>]?: Exclude<DeliverOptions<number>[K], undefined> };

/** Delivers the records in order; the tag is the place in it. */
async function deliver(sink: MemorySink, records: readonly string[], more: More = {}): Promise<Outcome> {
  const acknowledged: number[] = [];
  const refused: number[] = [];
  const skipped: Record<number, string> = {};
  const delivery = new Delivery<number>({
    sink,
    kind: 'consumption',
    sourceSystemId: '16',
    signal: new AbortController().signal,
    keyPrefix: 'run/1',
    hold: { assertOutlives: () => undefined, keepUntil: () => undefined },
    onAcknowledged: (batch) => {
      acknowledged.push(...batch);
    },
    onRefused: (tag) => {
      refused.push(tag);
      return Promise.resolve();
    },
    onSkipped: (tag, reason) => {
      skipped[tag] = reason;
    },
    ...more,
  });
  const all = async (): Promise<void> => {
    for (const [tag, json] of records.entries()) await delivery.add(json, tag);
    await delivery.drain();
  };
  const error = await all().then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  await delivery.settle();
  return { error, acknowledged, refused, skipped };
}

const recordsOf = (count: number): string[] => Array.from({ length: count }, (_, n) => `{"n":${n}}`);
const inOrder = (numbers: readonly number[]): number[] => [...numbers].sort((a, b) => a - b);
const all = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

test('batches are cut in order by count and bytes, as full as may be, and a bounded number is in flight', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.string({ maxLength: 30, unit: 'grapheme' }).map((text) => JSON.stringify({ text })),
        { maxLength: 60 },
      ),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 10, max: 300 }),
      fc.integer({ min: 1, max: 4 }),
      async (records, batchSize, batchBytes, concurrency) => {
        const sink = new MemorySink({ batchSize, batchBytes, concurrency });
        const { error, acknowledged } = await deliver(sink, records);
        expect(error).toBeUndefined();
        expect(sink.calls.flatMap((call) => call.records)).toEqual(records);
        expect(inOrder(acknowledged)).toEqual(all(records.length));
        expect(sink.mostInFlight).toBeLessThanOrEqual(concurrency);
        const bytes = (batch: readonly string[]): number => Buffer.byteLength(`[${batch.join(',')}]`);
        sink.calls.forEach((call, i) => {
          expect(call.records.length).toBeLessThanOrEqual(batchSize);
          if (call.records.length > 1) expect(bytes(call.records)).toBeLessThanOrEqual(batchBytes);
          const [next] = sink.calls[i + 1]?.records ?? [];
          if (next === undefined || call.records.length === batchSize) return;
          expect(bytes([...call.records, next])).toBeGreaterThan(batchBytes);
        });
      },
    ),
    { numRuns: 200 },
  );
});

test('as many batches as allowed are in flight', async () => {
  const sink = new MemorySink({ concurrency: 3 });
  await deliver(sink, recordsOf(100));
  expect(sink.mostInFlight).toBe(3);
});

test('bad records end alone and refused, all others arrive', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.nat(299), { maxLength: 15 }), async (bad) => {
      const records = recordsOf(300);
      const sink = new MemorySink({ batchSize: 64 }, (record) => bad.some((n) => record === records[n]));
      const { error, acknowledged, refused } = await deliver(sink, records);
      expect(error).toBeUndefined();
      expect(inOrder(refused)).toEqual(inOrder(bad));
      expect(inOrder(acknowledged)).toEqual(all(300).filter((n) => !bad.includes(n)));
      // Two calls a halving, six halvings of 64.
      expect(sink.calls.length).toBeLessThanOrEqual(5 + 12 * bad.length);
    }),
    { numRuns: 150 },
  );
});

test('one bad record in 500 costs 18 more calls', async () => {
  const sink = new MemorySink({ batchSize: 500 }, (record) => record === '{"n":123}');
  const { refused } = await deliver(sink, recordsOf(500));
  expect(refused).toEqual([123]);
  expect(sink.calls.length).toBeLessThanOrEqual(1 + 2 * 9);
});

describe('a sink that answers for each record', () => {
  const judge = (verdicts: Readonly<Record<number, NotTakenBecause>>): MemorySink => {
    const sink = new MemorySink({ batchSize: 20 });
    sink.judging = (record) => verdicts[Number(/\d+/.exec(record)?.[0])];
    return sink;
  };

  test('is asked once a batch: bad records are refused, those of nobody skipped, the rest arrive', async () => {
    const sink = judge({
      3: { error: new RefusedError('No such course there', 404) },
      25: { skipped: 'nobody has this address' },
    });
    const { error, acknowledged, refused, skipped } = await deliver(sink, recordsOf(60));
    expect([error, refused, skipped]).toEqual([undefined, [3], { 25: 'nobody has this address' }]);
    expect(inOrder(acknowledged)).toEqual(all(60).filter((n) => n !== 3 && n !== 25));
    expect(sink.calls).toHaveLength(3);
  });

  test('what arrived beside one that is to be tried again has arrived', async () => {
    const failure = new RetryableError('The sink answered 503 for one record', 503);
    const sink = judge({ 7: { error: failure }, 8: { error: new RefusedError('Bad', 400) } });
    const { error, acknowledged, refused } = await deliver(sink, recordsOf(20));
    expect([error, refused]).toEqual([failure, [8]]);
    expect(inOrder(acknowledged)).toEqual(all(20).filter((n) => n !== 7 && n !== 8));
  });

  test('ends the delivery early when it refuses more than one in twenty', async () => {
    const sink = new MemorySink({ batchSize: 20, concurrency: 4 });
    sink.judging = () => ({ error: new RefusedError('Bad', 400) });
    const { error } = await deliver(sink, recordsOf(2_000));
    expect(error).toBeInstanceOf(PayloadError);
    expect(sink.calls.length).toBeLessThan(10);
  });
});

describe('a sink that refuses more than one in twenty', () => {
  test('ends the delivery early', async () => {
    const sink = new MemorySink({ batchSize: 500, concurrency: 4 }, () => true);
    const { error, acknowledged, refused } = await deliver(sink, recordsOf(20_000));
    expect(error).toBeInstanceOf(PayloadError);
    expect((error as Error).message).toContain('more than one in twenty');
    expect(acknowledged).toEqual([]);
    expect(refused.length).toBeLessThan(200);
    expect(sink.calls.length).toBeLessThan(500);
  });

  test('does not when fewer than twenty are bad', async () => {
    const sink = new MemorySink({ batchSize: 5 }, () => true);
    const { error, refused } = await deliver(sink, recordsOf(19));
    expect([error, refused.length]).toEqual([undefined, 19]);
  });

  test('is judged by all that was handed over, not by what was answered first', async () => {
    // Forty rows of one course, together at the beginning: four in a hundred.
    const bad = (record: string): boolean => Number(/\d+/.exec(record)?.[0]) < 40;
    const sink = new MemorySink({ batchSize: 250, concurrency: 4 }, bad);
    const { error, acknowledged, refused } = await deliver(sink, recordsOf(1_000));
    expect([error, refused.length, acknowledged.length]).toEqual([undefined, 40, 960]);
  });
});

test.each([
  [{ read: 1_000, quarantined: 50 }, false],
  [{ read: 1_000, quarantined: 51 }, true],
  [{ read: 19, quarantined: 19 }, false],
  [{ read: 20, quarantined: 20 }, true],
])('too many bad: %j is %s', (counts, expected) => expect(tooManyBad(counts)).toBe(expected));

describe('an error that is not of the records', () => {
  test.each([
    new RetryableError('The sink answered 503'),
    new AuthError('The sink refused the key (401)', 401),
    new RefusedError('The sink has no such path (404)', 404),
    new RefusedError('The sink is in another state (409)', 409),
  ])('ends the delivery, and is not halved: $name', async (failure) => {
    const sink = new MemorySink();
    sink.failing = (_, call) => (call > 4 ? failure : undefined);
    const { error, acknowledged, refused } = await deliver(sink, recordsOf(200));
    expect(error).toBe(failure);
    expect(refused).toEqual([]);
    // What the sink took is counted, and nothing else.
    expect(inOrder(acknowledged)).toEqual(all(40));
    expect(sink.taken).toHaveLength(40);
    expect(sink.calls.length).toBeLessThanOrEqual(4 + 2 * sink.limits.concurrency);
  });

  test('ends it too when a bookkeeper fails, or the lease is gone', async () => {
    const failure = new RetryableError('Storage does not answer');
    const booked = await deliver(new MemorySink(), recordsOf(30), {
      onAcknowledged: () => Promise.reject(failure),
    });
    expect(booked.error).toBe(failure);
    const sink = new MemorySink();
    const lost = new LeaseLostError('The lease is gone');
    const fenced = await deliver(sink, recordsOf(30), {
      hold: {
        assertOutlives: () => {
          throw lost;
        },
        keepUntil: () => undefined,
      },
    });
    expect([fenced.error, sink.calls]).toEqual([lost, []]);
  });
});

test('a delivery that is aborted sends nothing more, and counts only what was acknowledged', async () => {
  const controller = new AbortController();
  const reason = new Error('cancelled');
  const sink = new MemorySink({ concurrency: 1 });
  sink.failing = (_, call) => {
    if (call === 3) controller.abort(reason);
    return undefined;
  };
  const { error, acknowledged } = await deliver(sink, recordsOf(100), { signal: controller.signal });
  expect(error).toBe(reason);
  expect(acknowledged).toEqual(sink.taken.map((_, n) => n));
  expect(sink.calls.length).toBe(3);
});

describe('the idempotency key', () => {
  const text = fc.array(
    fc.string({ minLength: 1 }).map((value) => JSON.stringify({ value })),
    { minLength: 1, maxLength: 4 },
  );
  const prefix = fc.constantFrom('run/1', 'run/11', 'run2/1', 'event');

  const bytes = (records: readonly string[]): Buffer => Buffer.from(`[${records.join()}]`);

  test('is the same for the same bytes of the same work, and another for anything else', () => {
    fc.assert(
      fc.property(prefix, text, prefix, text, (prefixA, a, prefixB, b) => {
        const same = prefixA === prefixB && JSON.stringify(a) === JSON.stringify(b);
        expect(idempotencyKey(prefixA, bytes(a)) === idempotencyKey(prefixB, bytes(b))).toBe(same);
        expect(idempotencyKey(prefixA, bytes([...a]))).toBe(idempotencyKey(prefixA, bytes(a)));
      }),
      { numRuns: 500 },
    );
  });

  test('of a slice that is worked again repeats, call by call', async () => {
    const bad = (record: string): boolean => record === '{"n":7}';
    const [first, again] = [new MemorySink({ concurrency: 1 }, bad), new MemorySink({ concurrency: 1 }, bad)];
    await deliver(first, recordsOf(35));
    await deliver(again, recordsOf(35));
    expect(again.calls).toEqual(first.calls);
    expect(new Set(first.calls.map(({ key }) => key)).size).toBe(first.calls.length);
    const other = new MemorySink({ concurrency: 1 }, bad);
    await deliver(other, recordsOf(35), { keyPrefix: 'run/2' });
    expect(other.calls.some(({ key }) => first.calls.some((call) => call.key === key))).toBe(false);
  });
});
