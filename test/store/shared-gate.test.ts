import { setTimeout as delay } from 'node:timers/promises';
import { RetryableError, WaitError } from '../../src/lib/errors';
import { systemClock, type Clock } from '../../src/lib/http/clock';
import type { Gate } from '../../src/lib/http/gate';
import { createSharedGate, type SharedGateOptions } from '../../src/lib/store/shared-gate';
import { connectStorage, type Storage, type Table } from '../../src/lib/store/storage';
import { failure } from '../http/client-builder';
import { testStorage } from '../setup/storage';

const signal = new AbortController().signal;
const ok = { type: 'ok' } as const;
const throttled = (retryAfterMs: number) => ({ type: 'throttled', retryAfterMs }) as const;

/** The machine's clock, put forward at will. Whoever sleeps, sleeps for real. */
function shiftedClock(): Clock & { shift(ms: number): void } {
  let ahead = 0;
  return {
    now: () => Date.now() + ahead,
    sleep: (ms, until) => systemClock.sleep(ms, until),
    shift: (ms) => (ahead += ms),
  };
}

/** Counts what is asked of storage, and takes it away at will. */
function watched(storage: Storage, nowhere: Storage): Storage & { asked: number; away: boolean } {
  const seen = { asked: 0, away: false };
  const table = (name: Parameters<Storage['table']>[0]): Table => {
    const pick = (): Table => {
      seen.asked++;
      return (seen.away ? nowhere : storage).table(name);
    };
    return new Proxy(storage.table(name), {
      get:
        (_, method: keyof Table) =>
        (...args: never[]) => {
          const there = pick();
          return (there[method] as (...args: never[]) => unknown).apply(there, args);
        },
    });
  };
  return Object.assign(seen, {
    table,
    queue: storage.queue.bind(storage),
    now: () => storage.now(),
    prepare: () => storage.prepare(),
  });
}

const nowhere = connectStorage({
  type: 'connectionString',
  connectionString:
    'DefaultEndpointsProtocol=http;AccountName=none;AccountKey=bm9uZQ==;TableEndpoint=http://127.0.0.1:9/none;QueueEndpoint=http://127.0.0.1:9/none',
});

describe('the shared gate', () => {
  let storage: Storage;
  let sources = 0;
  const limits = { concurrency: 8, requestsPerMinute: undefined };

  beforeAll(async () => {
    storage = connectStorage({ type: 'connectionString', connectionString: await testStorage() });
    await storage.prepare();
  });

  /** Two hosts at one source. */
  function hosts(options: Partial<SharedGateOptions> = {}): [Gate, Gate] {
    const all = { system: 'source lms', source: `lms${++sources}`, limits, storage, ...options };
    return [createSharedGate(all), createSharedGate(all)];
  }

  it('does not ask storage at each call of a source that is well', async () => {
    const counting = watched(storage, nowhere);
    const [gate] = hosts({ storage: counting });
    const start = Date.now();
    for (let i = 0; i < 10_000; i++) await (await gate.enter(signal)).leave(ok);
    expect(counting.asked).toBeLessThanOrEqual(2 + (Date.now() - start) / 200);
  });

  it('bounds the calls in flight of a host', async () => {
    const [gate] = hosts({ limits: { concurrency: 2, requestsPerMinute: undefined } });
    const [first] = await Promise.all([gate.enter(signal), gate.enter(signal)]);
    let third = false;
    const waiting = gate.enter(signal).then(() => (third = true));
    await delay(20);
    expect(third).toBe(false);
    await first.leave(ok);
    await waiting;
  });

  it('shares the calls in flight among the hosts that call, and gives them back to one that is left', async () => {
    const clock = shiftedClock();
    const [a, b] = hosts({ clock });
    const held: Record<'a' | 'b', number> = { a: 0, b: 0 };
    const [stopA, stopB] = [new AbortController(), new AbortController()];
    const call = async (name: 'a' | 'b', gate: Gate, stop: AbortController): Promise<void> => {
      while (!stop.signal.aborted) {
        const pass = await gate.enter(signal);
        held[name]++;
        await delay(5);
        held[name]--;
        await pass.leave(ok);
      }
    };
    const most = async (ms: number): Promise<[number, number]> => {
      const seen: [number, number] = [0, 0];
      for (const end = Date.now() + ms; Date.now() < end; await delay(1)) {
        seen[0] = Math.max(seen[0], held.a);
        seen[1] = Math.max(seen[1], held.b);
      }
      return seen;
    };
    const tenCalls = (name: 'a' | 'b', gate: Gate, stop: AbortController): Promise<unknown> =>
      Promise.all(Array.from({ length: 10 }, () => call(name, gate, stop)));
    const first = tenCalls('a', a, stopA);
    expect((await most(300))[0]).toBe(8);
    const second = tenCalls('b', b, stopB);
    await delay(700);
    expect(await most(300)).toEqual([4, 4]);
    stopB.abort();
    await second;
    clock.shift(11_000);
    await delay(500);
    expect((await most(300))[0]).toBe(8);
    stopA.abort();
    await first;
  });

  it('holds every host for the pause one was asked for, sends one probe, and opens when that succeeds', async () => {
    const [a, b] = hosts();
    const refused = await a.enter(signal);
    const told = Date.now();
    await refused.leave(throttled(600));
    const left: { at: number; pass: Awaited<ReturnType<Gate['enter']>> }[] = [];
    const all = [a, a, a, b, b, b].map(async (gate) => {
      const pass = await gate.enter(signal);
      left.push({ at: Date.now(), pass });
      if (left.length > 1) await pass.leave(ok);
    });
    await delay(900);
    expect(left).toHaveLength(1);
    expect(left[0]?.at).toBeGreaterThanOrEqual(told + 600);
    await left[0]?.pass.leave(ok);
    await Promise.all(all);
    expect(left).toHaveLength(6);
  });

  it('reaches a host whose calls go on within a moment', async () => {
    const [a, b] = hosts();
    await (await b.enter(signal)).leave(ok);
    await (await a.enter(signal)).leave(throttled(3_600_000));
    const start = Date.now();
    let error: unknown;
    while (!error && Date.now() - start < 5_000) {
      const pass = await b.enter(signal).catch((reason: unknown) => void (error = reason));
      await pass?.leave(ok);
      await delay(5);
    }
    expect(error).toBeInstanceOf(WaitError);
    expect(Date.now() - start).toBeLessThan(1_000);
  });

  it('tells every host at once when a wait is longer than a minute, and until when', async () => {
    const [a, b] = hosts();
    const pass = await a.enter(signal);
    const told = Date.now();
    await pass.leave(throttled(3_600_000));
    for (const gate of [a, b]) {
      const error = await failure(gate.enter(signal));
      expect(error).toBeInstanceOf(WaitError);
      expect((error as WaitError).until).toBeGreaterThanOrEqual(told + 3_600_000);
      expect(error.message).toContain('source lms');
    }
  });

  it('counts the calls in flight after a pause over all hosts', async () => {
    const [a, b] = hosts();
    await (await a.enter(signal)).leave(throttled(100));
    await (await b.enter(signal)).leave(ok);
    const first = await a.enter(signal);
    let second = false;
    const waiting = b.enter(signal).then((pass) => {
      second = true;
      return pass;
    });
    await delay(300);
    expect(second).toBe(false);
    await first.leave(ok);
    await (await waiting).leave(ok);
  });

  it('keeps to the rate over all hosts', async () => {
    const [a, b] = hosts({ limits: { concurrency: 8, requestsPerMinute: 1_200 } });
    const times: number[] = [];
    const call = async (gate: Gate): Promise<void> => {
      const pass = await gate.enter(signal);
      times.push(Date.now());
      await pass.leave(ok);
    };
    await Promise.all(Array.from({ length: 30 }, (_, i) => call(i % 2 ? a : b)));
    times.sort((x, y) => x - y);
    // 50 ms from slot to slot; what a call is late by is not made up for.
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(29 * 50 - 30);
  });

  it('turns away whose slot is more than a minute away', async () => {
    const [a, b] = hosts({ limits: { concurrency: 8, requestsPerMinute: 1 } });
    await (await a.enter(signal)).leave(ok);
    const abort = new AbortController();
    const next = failure(b.enter(abort.signal));
    expect(await failure(b.enter(signal))).toBeInstanceOf(WaitError);
    abort.abort(new Error('cancelled'));
    expect((await next).message).toBe('cancelled');
  });

  it('gives up a probe whose host died', async () => {
    const clock = shiftedClock();
    const [a, b] = hosts({ clock });
    await (await a.enter(signal)).leave(throttled(100));
    await a.enter(signal);
    let through = false;
    const waiting = b.enter(signal).then(() => (through = true));
    clock.shift(55_000);
    await delay(250);
    expect(through).toBe(false);
    clock.shift(6_000);
    await waiting;
  });

  it('passes the place of a caller that gave up to the next', async () => {
    const [a, b] = hosts();
    await (await a.enter(signal)).leave(throttled(300));
    const abort = new AbortController();
    const gone = failure(a.enter(abort.signal));
    const waiting = b.enter(signal);
    abort.abort(new Error('cancelled'));
    expect((await gone).message).toBe('cancelled');
    await (await waiting).leave(ok);
  });

  it('forgets a pause that is long over', async () => {
    const clock = shiftedClock();
    const counting = watched(storage, nowhere);
    const [a] = hosts({ clock, storage: counting });
    await (await a.enter(signal)).leave(throttled(100));
    await (await a.enter(signal)).leave(ok);
    clock.shift(3_600_000);
    await (await a.enter(signal)).leave(ok);
    counting.asked = 0;
    await Promise.all(Array.from({ length: 8 }, () => a.enter(signal)));
    expect(counting.asked).toBeLessThanOrEqual(1);
  });

  it('says that storage is away, unless it knew a moment ago that all is well', async () => {
    const clock = shiftedClock();
    const flaky = watched(storage, nowhere);
    const [known] = hosts({ storage: flaky, clock });
    const [unknown] = hosts({ storage: flaky, clock });
    await (await known.enter(signal)).leave(ok);
    flaky.away = true;
    const refused = failure(unknown.enter(signal));
    clock.shift(5_000);
    await (await known.enter(signal)).leave(ok);
    clock.shift(60_000);
    const error = await failure(known.enter(signal));
    expect(error).toBeInstanceOf(RetryableError);
    expect(error.message).toContain('AzureWebJobsStorage');
    expect(await refused).toBeInstanceOf(RetryableError);
  });

  it('hands out an answer when the pause in it cannot be written, and writes it when storage is back', async () => {
    const flaky = watched(storage, nowhere);
    const [a, b] = hosts({ storage: flaky });
    const pass = await a.enter(signal);
    flaky.away = true;
    await pass.leave(throttled(3_600_000));
    flaky.away = false;
    const start = Date.now();
    while (Date.now() - start < 5_000) {
      const error = await b.enter(signal).then(
        (held) => held.leave(ok),
        (reason: unknown) => reason,
      );
      if (error instanceof WaitError) return;
      await delay(50);
    }
    throw new Error('The pause never reached the other host');
  });
});
