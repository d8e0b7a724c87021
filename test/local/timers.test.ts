import { InFlight } from '../../local/in-flight';
import type { Trigger } from '../../local/invocation';
import { parseSchedule } from '../../local/ncrontab';
import { timerJob } from '../../local/timers';
import { eventually } from './eventually';

interface Info {
  IsPastDue: boolean;
  ScheduleStatus: { Last: string; Next: string };
}
const info = (trigger: Trigger): Info => JSON.parse(trigger.data.json ?? '') as Info;
const start = Date.parse('2026-11-21T10:00:00Z');

test('the first run knows no last one, the second does, and both know the next', async () => {
  const infos: Info[] = [];
  let now = start;
  const job = timerJob({
    schedule: parseSchedule('0 0 * * * *'),
    run: async (trigger) => void infos.push(info(trigger)),
    now: () => now,
  });
  await job.runNow();
  now += 60_000;
  await job.runNow();
  expect(infos).toMatchObject([
    { IsPastDue: false, ScheduleStatus: { Last: '0001-01-01T00:00:00', Next: '2026-11-21T11:00:00.000Z' } },
    { ScheduleStatus: { Last: '2026-11-21T10:00:00.000Z', Next: '2026-11-21T11:00:00.000Z' } },
  ]);
});

test('runs by hand wait for each other', async () => {
  let running = 0;
  let most = 0;
  const job = timerJob({
    schedule: parseSchedule('0 0 0 1 1 *'),
    run: async () => {
      most = Math.max(most, (running += 1));
      await new Promise(setImmediate);
      running -= 1;
    },
  });
  await Promise.all([job.runNow(), job.runNow(), job.runNow()]);
  expect(most).toBe(1);
});

test('an occurrence that was slept through runs once, as past due', async () => {
  // Just before the full hour; then the clock jumps, as it does for a computer that slept.
  const begun = Date.now();
  let offset = start - 100 - begun;
  const infos: Info[] = [];
  const stopping = new AbortController();
  const job = timerJob({
    schedule: parseSchedule('0 0 * * * *'),
    run: async (trigger) => void infos.push(info(trigger)),
    now: () => Date.now() + offset,
  });
  job.start(stopping.signal);
  offset += 2 * 3_600_000 + 1_800_000;
  await eventually(() => infos.length > 0);
  stopping.abort();
  expect(infos).toHaveLength(1);
  expect(infos[0]).toMatchObject({ IsPastDue: true, ScheduleStatus: { Next: '2026-11-21T13:00:00.000Z' } });
});

test('runOnStartup runs once before the first occurrence, and nothing runs after the stop', async () => {
  let runs = 0;
  const stopping = new AbortController();
  const job = timerJob({
    schedule: parseSchedule('0 0 0 1 1 *'),
    runOnStartup: true,
    run: async () => void (runs += 1),
  });
  job.start(stopping.signal);
  await eventually(() => runs === 1);
  stopping.abort();
  expect(runs).toBe(1);
});

test('a drain waits for what runs, also for what begins meanwhile, and names what is late', async () => {
  const inFlight = new InFlight();
  const order: string[] = [];
  let letFirstGo = (): void => undefined;
  void inFlight.run('first', async () => {
    await new Promise<void>((resolve) => (letFirstGo = resolve));
    void inFlight.run('second', async () => {
      await new Promise(setImmediate);
      order.push('second');
    });
    order.push('first');
  });
  const drained = inFlight.drain(5_000);
  letFirstGo();
  expect(await drained).toEqual([]);
  expect(order).toEqual(['first', 'second']);
  void inFlight.run('stuck', () => new Promise<void>(() => undefined));
  expect(await inFlight.drain(20)).toEqual(['stuck']);
});
