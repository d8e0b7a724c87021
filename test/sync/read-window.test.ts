import fc from 'fast-check';
import { PayloadError } from '../../src/lib/errors';
import { readWindow } from '../../src/lib/sync/slice/read-window';
import { bounds, ModelFeed, type Order, windowUnderTest } from './model-feed';
import { play, type Reader, type Scenario, scenarios } from './read-model';

const stable: Order[] = ['modified', 'id'];
const leave = { orders: stable, edits: ['leave' as const] };

test('no row that stays in the window is lost, whatever leaves it meanwhile', async () => {
  const seen = { first: 0, second: 0, edits: 0 };
  await fc.assert(
    fc.asyncProperty(scenarios(leave), async (scenario) => {
      const { lost, error, feed, passes } = await play(scenario, readWindow);
      if (error === undefined) expect(lost).toEqual([]);
      else expect(error).toBeInstanceOf(PayloadError);
      seen[passes === 1 ? 'first' : 'second']++;
      seen.edits += feed.editsMade;
    }),
    { numRuns: 3_000 },
  );
  // Both ways of reading were taken, under many edits.
  expect(seen.first).toBeGreaterThan(300);
  expect(seen.second).toBeGreaterThan(300);
  expect(seen.edits).toBeGreaterThan(5_000);
});

test('rows that only leave never fail a reading, however many, when page and count are of one moment', async () => {
  await fc.assert(
    fc.asyncProperty(scenarios({ ...leave, mostEdits: 30, atomic: true }), async (scenario) => {
      const { error, lost, passes } = await play(scenario, readWindow);
      expect({ error, lost }).toEqual({ error: undefined, lost: [] });
      expect(passes).toBeLessThanOrEqual(2);
    }),
    { numRuns: 1_500 },
  );
});

test('nor do three of them when a row may leave between a page’s count and its rows', async () => {
  await fc.assert(
    fc.asyncProperty(scenarios({ ...leave, mostEdits: 3, atomic: false }), async (scenario) => {
      const { error, lost } = await play(scenario, readWindow);
      expect({ error, lost }).toEqual({ error: undefined, lost: [] });
    }),
    { numRuns: 1_500 },
  );
});

test('rows that come in late are noticed: the window is read again, or the reading fails', async () => {
  await fc.assert(
    fc.asyncProperty(
      scenarios({ orders: stable, edits: ['enter'], mostEdits: 5, atomic: true }),
      async (scenario) => {
        const { lost, error } = await play(scenario, readWindow);
        if (error === undefined) expect(lost).toEqual([]);
        else expect(error).toBeInstanceOf(PayloadError);
      },
    ),
    { numRuns: 1_000 },
  );
});

describe('an unstable order', () => {
  // A shuffle may by chance look like rows that left. With pages and windows of this size that chance is far
  // below one in a million; the seed keeps the test the same all the same.
  const large = { pageSizes: { min: 5, max: 10 }, rows: { minLength: 20, maxLength: 40 }, mostEdits: 5 };

  test.each(['unstable', 'ties'] as const)(
    '(%s) fails with a message that says so, or loses nothing',
    async (order) => {
      let named = 0;
      const property = fc.asyncProperty(
        scenarios({ orders: [order], edits: ['leave'], ...large }),
        async (scenario) => {
          const { lost, error } = await play(scenario, readWindow);
          if (error === undefined) return expect(lost).toEqual([]);
          expect(error).toBeInstanceOf(PayloadError);
          if (/unstable order/.test((error as Error).message)) named++;
          else expect((error as Error).message).toMatch(/cannot be read whole/);
        },
      );
      await fc.assert(property, { numRuns: 800, seed: 11 });
      expect(named).toBeGreaterThan(700);
    },
  );
});

describe('the property finds a reader that loses rows', () => {
  const check = (read: Reader) =>
    fc.check(
      fc.asyncProperty(scenarios({ ...leave, atomic: true }), async (scenario) => {
        const { lost, error } = await play(scenario, read);
        return error !== undefined || lost.length === 0;
      }),
      { numRuns: 3_000, seed: 5 },
    );

  /** Reads all pages upward, one at a time. @returns the keys seen and the last count. */
  const upward: (
    ...given: Parameters<Reader>
  ) => Promise<{ seen: Set<string | undefined>; count: number }> = async (feed, window, options) => {
    const seen = new Set<string | undefined>();
    let count = 0;
    let pages = 1;
    for (let n = 1; n <= pages; n++) {
      const page = await feed.page(window, n, options);
      if (!page) break;
      ({ count, pages } = page);
      for (const row of page.rows) {
        seen.add(row.key);
        await options.onRow(row, undefined);
      }
    }
    return { seen, count };
  };

  test('that takes every first pass for whole', async () => {
    const result = await check(async (...given) => void (await upward(...given)));
    expect(result.failed).toBe(true);
    expect((result.counterexample?.[0] as Scenario).edits).not.toHaveLength(0);
  });

  test('that reads upward again and compares with the last count', async () => {
    const result = await check(async (...given) => {
      const first = await upward(...given);
      if (first.seen.size === first.count) return;
      const second = await upward(...given);
      if (new Set([...first.seen, ...second.seen]).size < second.count) throw new Error('fewer than counted');
    });
    expect(result.failed).toBe(true);
  });

  test('that reads downward, several pages at a time', async () => {
    const result = await check(async (feed, window, options) => {
      const first = await feed.page(window, 1, options);
      const numbers = Array.from({ length: first?.pages ?? 1 }, (_, i) => (first?.pages ?? 1) - i);
      const pages = await Promise.all(numbers.map((n) => feed.page(window, n, options)));
      for (const page of pages) for (const row of page?.rows ?? []) await options.onRow(row, undefined);
    });
    expect(result.failed).toBe(true);
  });
});

describe('a reading', () => {
  const still: Scenario = {
    seconds: Array.from({ length: 20 }, (_, i) => bounds.from + 1 + i),
    pageSize: 2,
    concurrency: 4,
    order: 'modified',
    start: 'inclusive',
    end: 'inclusive',
    atomic: true,
    edits: [],
    draws: [],
  };

  test('of a window at rest asks for every page once, never more at a time than allowed', async () => {
    const { feed, passes, error } = await play(
      { ...still, draws: Array(100).fill(3) as number[] },
      readWindow,
    );
    expect(error).toBeUndefined();
    expect(feed.asked).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(feed.mostInFlight).toBe(4);
    expect(passes).toBe(1);
  });

  test('that is repeated goes from the last page to the first, one page at a time', async () => {
    const edits = [{ type: 'leave' as const, pick: 0 }];
    // The edit comes when the first page is in and the next ones are asked for.
    const { feed, error } = await play({ ...still, concurrency: 1, edits, draws: [1, 1, 1, 0] }, readWindow);
    expect(error).toBeUndefined();
    expect(feed.asked.slice(-10)).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    expect(feed.mostInFlight).toBe(1);
  });

  test.each([0, 1])('that is told of rows and gets none on %i pages fails', async (pages) => {
    const feed = new ModelFeed({ ...still, rows: [] });
    feed.page = () => Promise.resolve({ rows: [], count: 3, pages });
    const reading = readWindow(feed, windowUnderTest, {
      signal: new AbortController().signal,
      concurrency: 1,
      onRow: () => Promise.resolve(),
      onPage: () => undefined,
      beforeSecondPass: () => Promise.resolve(),
    });
    await expect(reading).rejects.toThrow('cannot be read whole: it counts 3 rows and gave 0');
  });
});
