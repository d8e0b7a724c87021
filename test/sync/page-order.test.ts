import fc from 'fast-check';
import { type Answered, PageOrder } from '../../src/lib/sync/slice/page-order';

const rows = (...keys: (string | undefined)[]) => keys.map((key, i) => ({ key, raw: { i } }));
const unstable = /unstable order/;

/** Pages read from the last to the first. */
function downward(...pages: string[][]): PageOrder {
  const order = new PageOrder();
  for (const page of pages) order.prepend(rows(...page));
  return order;
}

/** Pages read from the first to the last, one at a time, or (`together`) all but the first at once. */
const upward = (pages: string[][], together = false): Answered[] =>
  pages.map((keys, i) => ({ keys, after: together ? Math.min(i, 1) : i }));

test('rows that shifted forward show up twice, at the end of the page before', () => {
  expect(downward(['c', 'd', 'e'], ['a', 'b', 'c']).distinct).toBe(5);
  expect(downward(['c', 'd', 'e'], ['d', 'e']).distinct).toBe(3);
});

test.each([
  ['before a new one', ['c', 'd'], ['c', 'b']],
  ['in another order', ['c', 'd', 'e'], ['b', 'd', 'c']],
])('a row that shows up %s is an unstable order', (_, later, earlier) => {
  expect(() => downward(later, earlier)).toThrow(unstable);
});

test('passes that agree may each have seen rows that the other has not', () => {
  downward(['d', 'e'], ['a', 'c']).assertAgreesWith(upward([['a', 'b'], ['d']]));
});

test('a row on a later page than its successor is an unstable order when the pages were asked for in turn', () => {
  const second = downward(['c', 'd'], ['a', 'b']);
  expect(() => second.assertAgreesWith(upward([['a'], ['d'], ['c']]))).toThrow(unstable);
  expect(() => second.assertAgreesWith(upward([['d'], ['c']], true))).toThrow(unstable);
});

test('but not when they were asked for together: the later page may have been answered first', () => {
  downward(['c', 'd'], ['a', 'b']).assertAgreesWith(upward([['a'], ['d'], ['c']], true));
});

test('the order within one answer counts in any case', () => {
  expect(() => downward(['c', 'd'], ['a', 'b']).assertAgreesWith(upward([['a'], ['d', 'c']], true))).toThrow(
    unstable,
  );
});

test('rows without a key are told apart by their content', () => {
  const order = new PageOrder();
  order.prepend(rows('a', 'b'));
  order.prepend(rows(undefined, 'a', undefined).slice(0, 2));
  expect(order.distinct).toBe(3);
});

test('any two passes over a list that loses rows between its pages agree', () => {
  const list = fc.uniqueArray(fc.nat(50), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(list, fc.integer({ min: 1, max: 6 }), fc.infiniteStream(fc.nat(60)), (ids, size, draws) => {
      let left = ids.map(String);
      const page = (n: number): string[] => {
        const at = draws.next().value as number;
        left = left.filter((_, i) => i !== at);
        return left.slice((n - 1) * size, n * size);
      };
      const numbers = Array.from({ length: Math.ceil(left.length / size) }, (_, i) => i + 1);
      const first = upward(numbers.map(page));
      const second = downward(...numbers.reverse().map(page));
      second.assertAgreesWith(first);
      expect(second.distinct).toBeGreaterThanOrEqual(left.length);
    }),
    { numRuns: 1_000 },
  );
});
