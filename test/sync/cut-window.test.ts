import fc from 'fast-check';
import { addSeconds, toMs, type Utc, utc, type Window } from '../../src/lib/domain/time';
import { isAmbiguous } from '../../src/lib/domain/zone';
import { cutWindow, type CutWindow, halfway } from '../../src/lib/sync/slice/cut-window';
import { halvesOf, placeCut } from '../../src/lib/sync/slice/window';

const time = (text: string): Utc => utc(Date.parse(text));
const since2012: Window = { from: time('2012-01-01'), to: time('2026-11-20T12:00:00Z') };
const anywhere = placeCut('UTC');

/** Counts a window's rows, both bounds included, by their times in order. */
function counter(times: readonly number[]) {
  const position = (ms: number): number => {
    let [low, high] = [0, times.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((times[middle] as number) >= ms) high = middle;
      else low = middle + 1;
    }
    return low;
  };
  return ({ from, to }: Window): number => position(toMs(to) + 1) - position(toMs(from));
}

async function cut(window: Window, times: readonly number[], maxRows: number, place = anywhere) {
  const count = counter(times);
  const probed: Window[] = [window];
  const probe = (piece: Window) => {
    probed.push(piece);
    return Promise.resolve(count(piece));
  };
  const pieces = await cutWindow(window, count(window), { maxRows, probe, place });
  return { pieces, probes: probed.length, largest: Math.max(...pieces.map((piece) => count(piece.window))) };
}

/** The pieces are the window, without a gap, and neighbours share their bound. */
function expectWhole(window: Window, pieces: readonly CutWindow[]): void {
  expect(pieces[0]?.window.from).toBe(window.from);
  expect(pieces.at(-1)?.window.to).toBe(window.to);
  pieces.forEach((piece, i) => {
    expect(piece.window.from < piece.window.to).toBe(true);
    if (i > 0) expect(piece.window.from).toBe(pieces[i - 1]?.window.to);
  });
}

describe('a million rows since 2012', () => {
  const { from, to } = { from: toMs(since2012.from), to: toMs(since2012.to) };
  const rows = (at: (share: number) => number): number[] =>
    Array.from({ length: 1_000_000 }, (_, n) => Math.floor(at(n / 1_000_000)));
  const hour = toMs(time('2024-03-05T10:00:00Z'));
  const days = ['2014-06-01', '2019-11-11', '2023-02-28', '2026-11-02'].map((day) => toMs(time(day)));

  test.each([
    ['spread evenly', rows((share) => from + share * (to - from)), 70, 20_000],
    ['more and more of them', rows((share) => from + Math.sqrt(share) * (to - from)), 75, 20_000],
    ['most of them of this year', rows((share) => from + (1 - (1 - share) ** 4) * (to - from)), 80, 20_000],
    [
      'on four days',
      rows((share) => (days[Math.floor(share * 4)] as number) + ((share * 4) % 1) * 86_400_000),
      100,
      20_000,
    ],
    ['in one hour', rows((share) => hour + share * 3_600_000), 75, 20_000],
  ])('%s are cut into few slices by few probes', async (_, times, most, maxRows) => {
    const { pieces, probes, largest } = await cut(since2012, times, maxRows);
    expectWhole(since2012, pieces);
    expect(pieces.length).toBeGreaterThanOrEqual(50);
    expect(pieces.length).toBeLessThanOrEqual(most);
    expect(probes).toBeLessThanOrEqual(3 * 50);
    expect(probes).toBeLessThanOrEqual(3 * pieces.length);
    // The rows of a bound's own second are counted in both of its neighbours.
    expect(largest).toBeLessThanOrEqual(maxRows + 300);
  });

  test('of one second stay together: a second is never cut, and not hunted for ever', async () => {
    const { pieces, probes, largest } = await cut(
      since2012,
      rows(() => hour),
      20_000,
    );
    expectWhole(since2012, pieces);
    expect(largest).toBe(1_000_000);
    expect(pieces.length).toBeLessThanOrEqual(4);
    expect(probes).toBeLessThanOrEqual(40);
  });
});

test('what fits is not cut, and asks nothing', async () => {
  const { pieces, probes } = await cut(since2012, [toMs(since2012.from), toMs(since2012.to)], 2);
  expect(pieces).toEqual([{ window: since2012, expected: 2 }]);
  expect(probes).toBe(1);
});

test('any rows: the pieces are the window, the probes bounded, and what is too large could not be cut', async () => {
  const start = toMs(since2012.from);
  const length = fc.integer({ min: 1, max: 100_000 });
  await fc.assert(
    fc.asyncProperty(
      length,
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 200, size: 'max' }),
      fc.integer({ min: 1, max: 60 }),
      async (seconds, shares, maxRows) => {
        const window = { from: since2012.from, to: addSeconds(since2012.from, seconds) };
        const times = shares.map((share) => start + share * seconds * 1000).sort((a, b) => a - b);
        const { pieces, probes } = await cut(window, times, maxRows);
        expectWhole(window, pieces);
        const budget = 3 * Math.max(1, Math.ceil(counter(times)(window) / maxRows));
        expect(probes).toBeLessThanOrEqual(budget);
        if (probes === budget) return;
        for (const { window: piece, expected } of pieces)
          if (expected > maxRows) expect(toMs(piece.to) - toMs(piece.from)).toBeLessThan(2_000);
      },
    ),
    { numRuns: 500 },
  );
});

test('a window that is halved as often as it can be ends in pieces of a second, none of which is cut', () => {
  const window = { from: since2012.from, to: addSeconds(since2012.from, 37) };
  const open: Window[] = [window];
  const pieces: CutWindow[] = [];
  for (let next = open.pop(); next; next = open.pop()) {
    const halves = halvesOf(next, 'UTC');
    if (halves) open.push(...halves.map((half) => half.window).reverse());
    else pieces.push({ window: next, expected: 0 });
  }
  expectWhole(window, pieces);
  expect(pieces).toHaveLength(37);
});

describe.each([
  ['Europe/Berlin', '2025-10-26T00:00:00Z', '2025-10-26T02:00:00Z'],
  ['America/New_York', '2025-11-02T05:00:00Z', '2025-11-02T07:00:00Z'],
])('the hour that %s has twice', (zone, start, end) => {
  const [first, after] = [time(start), time(end)];
  const place = placeCut(zone);

  test('is never cut into, wherever a window around it begins and ends', () => {
    const distance = fc.integer({ min: 0, max: 4 * 3600 });
    fc.assert(
      fc.property(distance, distance, (before, behind) => {
        const window = { from: addSeconds(first, -1 - before), to: addSeconds(after, behind) };
        const middle = halfway(window, place);
        if (middle === undefined) return;
        expect([middle, isAmbiguous(middle, zone)]).toEqual([middle, false]);
        expect(middle > window.from && middle < window.to).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  test('does not keep the time around it from being cut', () => {
    for (const window of [
      { from: addSeconds(first, -1), to: addSeconds(after, 1800) },
      { from: addSeconds(first, -1800), to: addSeconds(after, 5) },
    ]) {
      const middle = halfway(window, place);
      expect(middle !== undefined && !isAmbiguous(middle, zone)).toBe(true);
    }
    expect(halfway({ from: addSeconds(first, -1), to: addSeconds(after, 1) }, place)).toBeUndefined();
  });

  test('is one piece, however many rows it has', async () => {
    const window = { from: addSeconds(first, -86_400), to: addSeconds(after, 86_400) };
    const times = Array.from({ length: 5_000 }, (_, n) => toMs(first) + n * 1_400);
    const { pieces, probes } = await cut(window, times, 100, place);
    expectWhole(window, pieces);
    expect(pieces.filter((piece) => isAmbiguous(piece.window.from, zone))).toEqual([]);
    expect(pieces.filter((piece) => piece.window.from < first && piece.window.to > first)).toHaveLength(1);
    expect(probes).toBeLessThanOrEqual(150);
  });

  test('is not where a run ends: it waits until the hour is over', () => {
    for (let s = 0; s < 7_200; s += 613) expect(place(addSeconds(first, s)) < first).toBe(true);
    expect(place(after)).toBe(after);
  });
});
