import fc from 'fast-check';
import { PayloadError } from '../../src/lib/errors';
import type { WindowedFeed } from '../../src/lib/sources/source';
import { readWindow, type Short } from '../../src/lib/sync/slice/read-window';
import { ModelFeed, windowUnderTest } from './model-feed';
import { play, type Reader, scenarios } from './read-model';

/* Windows of a source that counts more rows than it gives: the reading ends with what there is, and loses nothing. */

/** Counts so many more than there are; pages that are promised and not there are absent. */
const exaggerating = (feed: WindowedFeed, more: number): WindowedFeed => ({
  type: 'windowed',
  timeZone: feed.timeZone,
  pageSize: feed.pageSize,
  count: (...given) => feed.count(...given),
  map: (raw) => feed.map(raw),
  async page(...given) {
    const page = await feed.page(...given);
    const count = (page?.count ?? 0) + more;
    return page && { ...page, count, pages: Math.ceil(count / feed.pageSize) };
  },
});

/** @param told gets every short window that the reading ended with. */
const reader =
  (more: number, told: Short[]): Reader =>
  (feed, window, options) =>
    readWindow(exaggerating(feed, more), window, { ...options, onShort: (short) => void told.push(short) });

const more = fc.integer({ min: 1, max: 40 });
const still = { orders: ['modified' as const, 'id' as const], edits: ['leave' as const], mostEdits: 0 };

test('at rest, all rows that it gives arrive, and both numbers are told', async () => {
  await fc.assert(
    fc.asyncProperty(scenarios(still), more, async (scenario, extra) => {
      const told: Short[] = [];
      const { lost, error, feed } = await play(scenario, reader(extra, told));
      const given = feed.stayedRows.length;
      expect(lost).toEqual([]);
      if (given === 0) expect(error).toBeInstanceOf(PayloadError);
      else expect([error, told]).toEqual([undefined, [{ counted: given + extra, given }]]);
    }),
    { numRuns: 500 },
  );
});

test.each([
  ['leave', true],
  ['leave', false],
  ['enter', true],
] as const)(
  'while rows %s (count and rows of one moment: %s) no row that stays is lost',
  async (edit, atomic) => {
    const ended = { short: 0, failed: 0 };
    await fc.assert(
      fc.asyncProperty(
        scenarios({ ...still, edits: [edit], mostEdits: 12, atomic }),
        more,
        async (scenario, extra) => {
          const told: Short[] = [];
          const { lost, error } = await play(scenario, reader(extra, told));
          if (error === undefined) expect(lost).toEqual([]);
          else expect(error).toBeInstanceOf(PayloadError);
          ended.short += told.length;
          if (error !== undefined) ended.failed++;
        },
      ),
      { numRuns: 700 },
    );
    expect(ended.short).toBeGreaterThan(50);
    expect(ended.failed).toBeGreaterThan(5);
  },
);

test.each(['leave', 'enter'] as const)(
  'a source that counts truly is never taken for one that does not, while rows %s',
  async (edit) => {
    await fc.assert(
      fc.asyncProperty(
        scenarios({ ...still, edits: [edit], mostEdits: 30, atomic: true }),
        async (scenario) => {
          const told: Short[] = [];
          await play(scenario, reader(0, told));
          expect(told).toEqual([]);
        },
      ),
      { numRuns: 700 },
    );
  },
);

test('what is given must be the same each time', async () => {
  const seconds = Array.from({ length: 9 }, (_, i) => 101 + i);
  const rows = seconds.map((modified, i) => ({ id: i + 1, modified, value: 0 }));
  const bounds = { start: 'inclusive', end: 'inclusive', atomic: true, edits: [], draws: [] } as const;
  const options = { rows, pageSize: 3, order: 'modified', ...bounds } as const;
  const model = new ModelFeed(options);
  const feed = exaggerating(model, 5);
  let asked = 0;
  const changing: WindowedFeed = {
    ...feed,
    // A value that another reading does not show.
    page: async (...given) => {
      const page = await feed.page(...given);
      asked++;
      return (
        page && {
          ...page,
          rows: page.rows.map((row) => ({ ...row, raw: { ...(row.raw as object), asked } })),
        }
      );
    },
  };
  const read = readWindow(changing, windowUnderTest, {
    signal: new AbortController().signal,
    concurrency: 1,
    onRow: () => 1,
    onPage: () => undefined,
    beforeSecondPass: () => Promise.resolve(),
    onShort: () => undefined,
  });
  await expect(model.drive(read as Promise<void>)).rejects.toThrow('cannot be read whole');
});
