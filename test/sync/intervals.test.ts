import fc from 'fast-check';
import { toMs, utc, type Window } from '../../src/lib/domain/time';
import { advance, mergedIntervals, without } from '../../src/lib/sync/run/intervals';

const at = (second: number) => utc(second * 1000);
const windowOf = (from: number, length: number): Window => ({ from: at(from), to: at(from + length) });
const window = fc
  .tuple(fc.nat(60), fc.integer({ min: 1, max: 20 }))
  .map(([from, length]) => windowOf(from, length));
const windows = fc.array(window, { maxLength: 8 });

/** Every stretch of one second from its first instant to its last, by that second. Windows share their bounds. */
function seconds(...all: readonly Window[]): Set<number> {
  const set = new Set<number>();
  for (const { from, to } of all) for (let s = toMs(from) / 1000; s < toMs(to) / 1000; s++) set.add(s);
  return set;
}
const sorted = (set: Set<number>): number[] => [...set].sort((a, b) => a - b);

test('merged windows cover the same time, in order, and do not touch', () => {
  fc.assert(
    fc.property(windows, (given) => {
      const result = mergedIntervals(given);
      expect(sorted(seconds(...result))).toEqual(sorted(seconds(...given)));
      result.slice(1).forEach((next, i) => expect(next.from > (result[i] as Window).to).toBe(true));
    }),
    { numRuns: 500 },
  );
});

test('what is left of a window is the difference, second by second', () => {
  fc.assert(
    fc.property(window, windows, (whole, done) => {
      const gone = seconds(...done);
      const left = without(whole, done);
      expect(sorted(seconds(...left))).toEqual(sorted(seconds(whole)).filter((second) => !gone.has(second)));
      for (const { from, to } of left) expect(from < to).toBe(true);
    }),
    { numRuns: 1_000 },
  );
});

test('the watermark moves as far as everything is done, never back, and what lies beyond is kept', () => {
  fc.assert(
    fc.property(fc.nat(80), windows, (start, done) => {
      const covered = seconds(...done);
      let expected = start;
      while (covered.has(expected)) expected++;
      const next = advance(at(start), done);
      expect(next.watermark).toBe(at(expected));
      const beyond = sorted(covered).filter((second) => second >= expected);
      expect(sorted(seconds(...next.beyond))).toEqual(beyond);
    }),
    { numRuns: 1_000 },
  );
});

test('slices that end in any order and several steps leave the same watermark as all at once', () => {
  fc.assert(
    fc.property(windows, (done) => {
      let state = { watermark: at(0), beyond: [] as Window[] };
      for (const one of done) {
        const next = advance(state.watermark, [...state.beyond, one]);
        expect(next.watermark >= state.watermark).toBe(true);
        state = next;
      }
      expect(state).toEqual(advance(at(0), done));
    }),
    { numRuns: 500 },
  );
});
