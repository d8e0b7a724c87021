import { setTimeout as sleep } from 'node:timers/promises';
import { callsAtOnce, PagesAhead } from '../../src/lib/sources/pages-ahead';

const never = new AbortController().signal;

test('pages are given in order whatever the order in which they come, each asked for once', async () => {
  const asked: number[] = [];
  using ahead = new PagesAhead(3);
  const get = async (page: number) => {
    asked.push(page);
    await sleep(20 - page);
    return { page, last: 10 };
  };
  const given: number[] = [];
  for (let page = 1; page <= 10; page++)
    given.push((await ahead.read(page, never, get, ({ last }) => last)).page);
  expect(given).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(asked).toEqual(given);
});

test('what goes wrong with a page is told at its turn, and the pages before it are had', async () => {
  using ahead = new PagesAhead(8);
  const get = async (page: number) => {
    if (page === 3) throw new Error('page 3 is wrong');
    return { last: 5 };
  };
  await ahead.read(1, never, get, ({ last }) => last);
  await ahead.read(2, never, get, ({ last }) => last);
  await expect(ahead.read(3, never, get, ({ last }) => last)).rejects.toThrow('page 3 is wrong');
});

test('what is asked for and not needed any more is aborted', async () => {
  const signals: AbortSignal[] = [];
  {
    using ahead = new PagesAhead(2);
    const get = async (page: number, signal: AbortSignal) => {
      if (page > 1) await new Promise((_, reject) => signal.addEventListener('abort', reject));
      signals.push(signal);
      return { last: 9 };
    };
    await ahead.read(
      1,
      never,
      (page, signal) => (signals.push(signal), get(page, signal)),
      ({ last }) => last,
    );
  }
  expect(signals.slice(-2).map(({ aborted }) => aborted)).toEqual([true, true]);
});

test('few calls a minute are not used up ahead of their turn', () => {
  expect(callsAtOnce({ concurrency: 8 })).toBe(8);
  expect(callsAtOnce({ concurrency: 8, requestsPerMinute: 20 })).toBe(5);
  expect(callsAtOnce({ concurrency: 8, requestsPerMinute: 1 })).toBe(1);
});
