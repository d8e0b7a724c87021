import { enter, leave, openGate, type GateLimits, type GateState } from '../../src/lib/http/gate-state';

const limits: GateLimits = { concurrency: 2, requestsPerMinute: undefined };
const random = () => 1;
const now = 1_000_000;
const ok = { type: 'ok' } as const;

const entered = (state: GateState, ticket: string, at = now, with_ = limits) =>
  enter(state, with_, ticket, at);

describe('the gate', () => {
  it('lets as many calls fly as it may, and one more for each that comes back', () => {
    const one = entered(openGate, 'a');
    const two = entered(one.state, 'b');
    expect([one.decision.type, two.decision.type]).toEqual(['go', 'go']);
    expect(entered(two.state, 'c').decision).toMatchObject({ type: 'wait', why: 'full' });
    expect(entered(leave(two.state, 'a', ok, now, random), 'c').decision.type).toBe('go');
  });

  it('gives up tickets of a holder that died', () => {
    const full = entered(entered(openGate, 'a').state, 'b').state;
    expect(entered(full, 'c', now + 59_000).decision.type).toBe('wait');
    expect(entered(full, 'c', now + 60_000).decision.type).toBe('go');
  });

  it('spaces calls evenly over the minute', () => {
    const rate = { concurrency: 9, requestsPerMinute: 20 };
    const one = entered(openGate, 'a', now, rate);
    expect(entered(one.state, 'b', now + 2999, rate).decision).toEqual({
      type: 'wait',
      why: 'rate',
      until: now + 3000,
    });
    expect(entered(one.state, 'b', now + 3000, rate).decision.type).toBe('go');
  });

  it('holds everyone until Retry-After, then sends one probe, and opens when that succeeds', () => {
    const flying = entered(openGate, 'a').state;
    const paused = leave(flying, 'a', { type: 'throttled', retryAfterMs: 5000 }, now, random);
    expect(entered(paused, 'b', now + 4999).decision).toEqual({
      type: 'wait',
      why: 'pause',
      until: now + 5000,
    });
    const probing = entered(paused, 'b', now + 5000);
    expect(probing.decision.type).toBe('go');
    expect(entered(probing.state, 'c', now + 5001).decision).toMatchObject({ type: 'wait', why: 'probe' });
    const open = leave(probing.state, 'b', ok, now + 5100, random);
    expect(open).toMatchObject({ strikes: 0, tickets: {} });
    expect(entered(open, 'c', now + 5100).decision.type).toBe('go');
  });

  it('lets one more call fly for every twenty good answers after a pause, up to what it may', () => {
    const wide = { concurrency: 3, requestsPerMinute: undefined };
    let state = leave(
      entered(openGate, 'a').state,
      'a',
      { type: 'throttled', retryAfterMs: 100 },
      now,
      random,
    );
    const widths: number[] = [];
    for (let answers = 0; answers < 80; answers++) {
      state = leave(entered(state, 'one', now + 100, wide).state, 'one', ok, now + 100, random);
      let full = state;
      let flying = 0;
      while (entered(full, `t${flying}`, now + 100, wide).decision.type === 'go')
        full = entered(full, `t${flying++}`, now + 100, wide).state;
      widths.push(flying);
    }
    expect([1, 20, 39, 40, 59, 60, 80].map((answers) => widths[answers - 1])).toEqual([1, 1, 1, 2, 2, 3, 3]);
  });

  it('does not reopen for a success that left before the pause', () => {
    const two = entered(entered(openGate, 'a').state, 'b').state;
    const paused = leave(two, 'a', { type: 'throttled', retryAfterMs: 1000 }, now, random);
    const after = leave(paused, 'b', ok, now + 10, random);
    const probe = entered(after, 'c', now + 1000);
    expect(entered(probe.state, 'd', now + 1000).decision).toMatchObject({ type: 'wait', why: 'probe' });
  });

  it('sends another probe when the first one fails for another reason', () => {
    const paused = leave(
      entered(openGate, 'a').state,
      'a',
      { type: 'throttled', retryAfterMs: 1000 },
      now,
      random,
    );
    const failed = leave(entered(paused, 'b', now + 1000).state, 'b', { type: 'failed' }, now + 1000, random);
    const again = entered(failed, 'c', now + 1000);
    expect(again.decision.type).toBe('go');
    expect(entered(again.state, 'd', now + 1000).decision).toMatchObject({ why: 'probe' });
  });

  it('backs off further with every throttled probe when no time is named', () => {
    const throttled = { type: 'throttled', retryAfterMs: undefined } as const;
    let state = openGate;
    let at = now;
    const pauses: number[] = [];
    for (let n = 0; n < 7; n++) {
      state = leave(entered(state, `t${n}`, at).state, `t${n}`, throttled, at, random);
      pauses.push(state.pausedUntil - at);
      at = state.pausedUntil;
    }
    expect(pauses).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  });

  it('counts calls that were throttled together as one strike, and keeps the longest pause', () => {
    const two = entered(entered(openGate, 'a').state, 'b').state;
    const first = leave(two, 'a', { type: 'throttled', retryAfterMs: 9000 }, now, random);
    const both = leave(first, 'b', { type: 'throttled', retryAfterMs: 2000 }, now + 1, random);
    expect(both).toMatchObject({ strikes: 1, pausedUntil: now + 9000 });
  });

  it('is plain JSON', () => {
    const state = entered(entered(openGate, 'a').state, 'b').state;
    expect(entered(JSON.parse(JSON.stringify(state)) as GateState, 'c').decision).toMatchObject({
      why: 'full',
    });
  });
});
