import { WaitError } from '../../src/lib/errors';
import { createMemoryGate } from '../../src/lib/http/memory-gate';
import type { GateLimits } from '../../src/lib/http/gate-state';
import type { Pass } from '../../src/lib/http/gate';
import { failure } from './client-builder';
import { manualClock } from './fixed-clock';

const signal = new AbortController().signal;

function gateWith(limits: Partial<GateLimits>) {
  const clock = manualClock();
  const whole = { concurrency: 8, requestsPerMinute: undefined, ...limits };
  const gate = createMemoryGate({ system: 'source openedx', limits: whole, clock, random: () => 1 });
  const passed: Array<{ at: number; pass: Pass }> = [];
  const start = clock.now();
  const enter = () =>
    gate.enter(signal).then((pass) => {
      passed.push({ at: clock.now() - start, pass });
    });
  return { clock, gate, passed, enter, times: () => passed.map(({ at }) => at) };
}

describe('the memory gate', () => {
  it('bounds the calls in flight, first come, first served', async () => {
    const { gate, passed, enter, clock } = gateWith({ concurrency: 1 });
    const waiting = [enter(), enter()];
    await clock.advance(0);
    expect(passed).toHaveLength(1);
    await passed[0]?.pass.leave({ type: 'ok' });
    await Promise.all(waiting);
    expect(passed).toHaveLength(2);
    await passed[1]?.pass.leave({ type: 'ok' });
    await expect(gate.enter(signal)).resolves.toBeDefined();
  });

  it('spreads calls over the minute', async () => {
    const { enter, clock, times } = gateWith({ requestsPerMinute: 20 });
    const waiting = [enter(), enter(), enter()];
    await clock.advance(10_000);
    await Promise.all(waiting);
    expect(times()).toEqual([0, 3000, 6000]);
  });

  it('says at once that a wait of more than a minute is too long, and until when', async () => {
    const { gate, enter, clock } = gateWith({ requestsPerMinute: 2 });
    void enter();
    void enter();
    void enter();
    const error = await failure(gate.enter(signal));
    expect(error).toBeInstanceOf(WaitError);
    expect((error as WaitError).until).toBe(clock.now() + 90_000);
    expect(error.message).toContain('source openedx');
  });

  it('holds all callers after a throttled answer and sends one probe first', async () => {
    const { enter, clock, passed, times } = gateWith({});
    await enter();
    await passed[0]?.pass.leave({ type: 'throttled', retryAfterMs: 5000 });
    const waiting = [enter(), enter(), enter()];
    await clock.advance(8000);
    expect(times()).toEqual([0, 5000]);
    await passed[1]?.pass.leave({ type: 'ok' });
    await clock.advance(1000);
    await passed[2]?.pass.leave({ type: 'ok' });
    await Promise.all(waiting);
    expect(times()).toEqual([0, 5000, 8000, 9000]);
  });

  it('lets a call that was throttled go before those that have not left yet', async () => {
    const { gate, enter, passed, clock } = gateWith({ concurrency: 1 });
    await enter();
    const order: string[] = [];
    void gate.enter(signal).then(() => order.push('new'));
    await passed[0]?.pass.leave({ type: 'throttled', retryAfterMs: 1000 });
    void gate.enter(signal, true).then(() => order.push('again'));
    await clock.advance(1000);
    expect(order).toEqual(['again']);
  });

  it('turns away everyone who waits when the pause becomes longer than a minute', async () => {
    const { enter, gate, passed } = gateWith({ concurrency: 1 });
    await enter();
    const waiting = failure(gate.enter(signal));
    await passed[0]?.pass.leave({ type: 'throttled', retryAfterMs: 3_600_000 });
    expect(await waiting).toBeInstanceOf(WaitError);
  });

  it('gives the reason to a caller that aborts, and its place to the next', async () => {
    const { gate, enter, passed, clock } = gateWith({ concurrency: 1 });
    await enter();
    const abort = new AbortController();
    const aborted = failure(gate.enter(abort.signal));
    const next = enter();
    abort.abort(new Error('cancelled'));
    expect((await aborted).message).toBe('cancelled');
    await passed[0]?.pass.leave({ type: 'failed' });
    await clock.advance(0);
    await next;
    expect(passed).toHaveLength(2);
  });
});
