import fc from 'fast-check';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { noCounts, type Run, type Slice, type SliceWork } from '../../src/lib/domain/run';
import { addSeconds, toMs, utc, type Utc, type Window } from '../../src/lib/domain/time';
import type { Batch, Encoded } from '../../src/lib/destinations/destination';
import { PayloadError } from '../../src/lib/errors';
import type { LearnerResult } from '../../src/lib/domain/learner-result';
import type { WindowedFeed, WindowPage } from '../../src/lib/sources/source';
import { type Engine, originOf } from '../../src/lib/sync/engine';
import { advance, without } from '../../src/lib/sync/run/intervals';
import { keyPrefix, type SliceContext } from '../../src/lib/sync/slice/context';
import type { Lease } from '../../src/lib/store/leases';
import { Tally } from '../../src/lib/sync/deliver/tally';
import { workWindow } from '../../src/lib/sync/slice/window';
import { MemorySink } from './deliver-sink';

/*
 * Runs of a feed in memory, one after another: each is cut anywhere, its slices are worked in any order and several
 * at a time, some fail, and rows are re-graded all the while.
 */

const feedName = { source: 'model', kind: 'consumption', destination: 'ld' } as const;
const start = 100;
const at = (second: number): Utc => utc(second * 1000);
const secondOf = (time: Utc): number => toMs(time) / 1000;

type Bound = 'inclusive' | 'exclusive';

interface Row {
  readonly id: number;
  modified: number;
  value: number;
}

/** A server whose rows are re-graded between any two of its answers. */
class Server implements WindowedFeed {
  readonly type = 'windowed';
  readonly timeZone = 'UTC';
  readonly pageSize: number;
  now: number;

  constructor(
    readonly rows: readonly Row[],
    private readonly options: Pick<Story, 'pageSize' | 'startBound' | 'endBound' | 'order'>,
    private readonly between: () => void,
  ) {
    this.pageSize = options.pageSize;
    this.now = Math.max(start, ...rows.map(({ modified }) => modified));
  }

  async page({ from, to }: Window, page: number): Promise<WindowPage | undefined> {
    await nextTurn();
    this.between();
    const inside = this.rows
      .filter(({ modified }) => this.isIn(modified, secondOf(from), secondOf(to)))
      .sort((a, b) => (this.options.order === 'id' ? 0 : a.modified - b.modified) || a.id - b.id);
    const pages = Math.max(1, Math.ceil(inside.length / this.pageSize));
    if (page > pages) return undefined;
    const rows = inside.slice((page - 1) * this.pageSize, page * this.pageSize);
    return { rows: rows.map((row) => this.map({ ...row })), count: inside.length, pages };
  }

  map(raw: unknown) {
    const { id, value } = raw as Row;
    const record: LearnerResult = {
      courseId: `${id}`,
      status: 'InProgress',
      email: 'a@example.com',
      percent: value,
    };
    return { ok: true as const, key: `row ${id}`, record, raw };
  }

  count(): never {
    throw new Error('a slice does not count its window');
  }

  private isIn(modified: number, from: number, to: number): boolean {
    const { startBound, endBound } = this.options;
    const isAfter = startBound === 'inclusive' ? modified >= from : modified > from;
    return isAfter && (endBound === 'inclusive' ? modified <= to : modified < to);
  }
}

/** Keeps the last value of each row that it was told. */
class LastTold extends MemorySink {
  readonly last = new Map<number, number>();

  override encodeProgress = (({ courseId, percent }: LearnerResult): Encoded => ({
    ok: true,
    key: courseId,
    hash: '',
    json: JSON.stringify([Number(courseId), percent]),
  })) as never;

  override async send(...[batch, call]: Parameters<MemorySink['send']>): Promise<void> {
    await super.send(batch, call);
    for (const [id, value] of JSON.parse(Buffer.from((batch as Batch).json).toString()) as [
      number,
      number,
    ][]) {
      this.last.set(id, value);
    }
  }
}

interface RunPlan {
  /** Seconds that pass before it. */
  readonly after: number;
  /** Where its window is cut, if they lie in it: seconds after the start. */
  readonly cuts: readonly number[];
  /** Which slice is taken up next; drawn for each. */
  readonly picks: readonly number[];
  /** Of the slices, in the order in which they are taken up: whether it fails, and when. */
  readonly fails: readonly ('no' | 'before' | 'after')[];
  readonly parallel: number;
}

interface Story {
  readonly seconds: readonly number[];
  readonly pageSize: number;
  readonly startBound: Bound;
  readonly endBound: Bound;
  readonly order: 'modified' | 'id';
  /** The window's end is so far behind the clock. */
  readonly lag: number;
  readonly maxRows: number;
  readonly runs: readonly RunPlan[];
  /** Before each answer: which row is re-graded, if any, and how many seconds pass. */
  readonly edits: readonly { readonly pick: number; readonly pass: number }[];
}

const bound = fc.constantFrom<Bound>('inclusive', 'exclusive');
const stories: fc.Arbitrary<Story> = fc.record({
  seconds: fc.array(fc.integer({ min: start, max: start + 8 }), { maxLength: 16, size: 'max' }),
  pageSize: fc.integer({ min: 1, max: 6 }),
  startBound: bound,
  endBound: bound,
  order: fc.constantFrom('modified', 'id'),
  lag: fc.integer({ min: 0, max: 3 }),
  maxRows: fc.constantFrom(4, 1_000),
  runs: fc.array(
    fc.record({
      after: fc.integer({ min: 0, max: 4 }),
      cuts: fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 6 }),
      picks: fc.array(fc.nat(9), { maxLength: 12 }),
      fails: fc.array(fc.constantFrom('no' as const, 'before' as const, 'after' as const), { maxLength: 8 }),
      parallel: fc.integer({ min: 1, max: 3 }),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  edits: fc.array(fc.record({ pick: fc.nat(20), pass: fc.constantFrom(0, 0, 0, 1, 2) }), {
    maxLength: 120,
    size: 'max',
  }),
});

interface Told {
  readonly server: Server;
  readonly sink: LastTold;
  readonly watermark: Utc;
  readonly edited: number;
}

async function play(story: Story): Promise<Told> {
  const rows = story.seconds.map((modified, i): Row => ({ id: i + 1, modified, value: 0 }));
  const edits = [...story.edits];
  let edited = 0;
  const server = new Server(rows, story, () => {
    const edit = edits.shift();
    server.now += edit?.pass ?? 0;
    const row = edit && rows[edit.pick];
    if (!row) return;
    edited++;
    row.modified = server.now;
    row.value++;
  });
  const sink = new LastTold();
  let state = { watermark: at(start), beyond: [] as Window[] };
  // The last of them has no failures, and finds nobody at work.
  const last: RunPlan = { after: story.lag + 2, cuts: [3, 5, 9], picks: [], fails: [], parallel: 2 };
  for (const [i, plan] of [...story.runs, last].entries()) {
    if (i === story.runs.length) edits.length = 0;
    server.now += plan.after;
    const window = { from: state.watermark, to: at(server.now - story.lag) };
    if (window.from >= window.to) continue;
    const engine = {
      now: () => server.now * 1000,
      feeds: {
        read: () => Promise.resolve({ feed: feedName, watermark: state.watermark, doneBeyond: state.beyond }),
      },
    } as unknown as Engine;
    const run = { runId: `run ${i}`, window, createdAt: window.to, dryRun: false, request: {} } as Run;
    const done: Window[] = [];
    const open = without(window, state.beyond).flatMap((left) => cutAt(left, plan.cuts));
    let number = 0;
    const { picks, fails } = { picks: [...plan.picks], fails: [...plan.fails] };
    const worker = async (): Promise<void> => {
      while (open.length > 0) {
        const [mine] = open.splice((picks.shift() ?? 0) % open.length, 1) as [Window];
        const fail = fails.shift() ?? 'no';
        if (fail === 'before') continue;
        const outcome = await workWindow(
          contextOf({ engine, sink, run, number: ++number, story }),
          server,
          mine,
        ).catch((error: unknown) => {
          // With no lag to speak of rows come in while they are read: a slice may give up then.
          if (error instanceof PayloadError) return undefined;
          throw error;
        });
        if (outcome === undefined) continue;
        if (outcome.state === 'split')
          open.push(...outcome.works.map((work) => (work as SliceWork & { type: 'window' }).window));
        else if (fail === 'no') done.push(mine);
      }
    };
    await Promise.all(Array.from({ length: plan.parallel }, worker));
    state = advance(state.watermark, [...state.beyond, ...done]);
  }
  return { server, sink, watermark: state.watermark, edited };
}

function cutAt({ from, to }: Window, cuts: readonly number[]): Window[] {
  const inside = [...new Set(cuts)]
    .sort((a, b) => a - b)
    .map((second) => at(start + second))
    .filter((cut) => cut > from && cut < to);
  return [from, ...inside].map((left, i) => ({ from: left, to: inside[i] ?? to }));
}

interface Part {
  readonly engine: Engine;
  readonly sink: LastTold;
  readonly run: Run;
  readonly number: number;
  readonly story: Story;
}

function contextOf({ engine, sink, run, number, story: { maxRows } }: Part): SliceContext {
  const slice = { runId: run.runId, number, pauses: 0, counts: noCounts } as Slice;
  const open = {
    source: { id: feedName.source },
    feed: feedName,
    settings: { sourceSystemId: '16', maxRowsPerSlice: maxRows },
    destination: sink as unknown,
  } as SliceContext['open'];
  return {
    engine,
    run,
    slice,
    open,
    tally: new Tally(engine, run, feedName),
    signal: new AbortController().signal,
    hold: { assertOutlives: () => undefined, keepUntil: () => undefined } as unknown as Lease,
    keyPrefix: keyPrefix(slice),
    to: originOf(open, run.createdAt),
    dryRun: run.dryRun,
    force: run.mode === 'full',
    concurrency: 2,
    deadline: Infinity,
  };
}

const isBefore = (row: Row, watermark: Utc): boolean => row.modified < secondOf(watermark);

test('no row is left by two neighbours to each other, whatever fails and is re-graded', async () => {
  let regraded = 0;
  await fc.assert(
    fc.asyncProperty(stories, async (story) => {
      const { server, sink, watermark, edited } = await play(story);
      expect(watermark).toBe(addSeconds(at(server.now), -story.lag));
      const lost = server.rows.filter(
        (row) => isBefore(row, watermark) && sink.last.get(row.id) !== row.value,
      );
      expect(lost).toEqual([]);
      regraded += edited;
    }),
    { numRuns: 1_500 },
  );
  expect(regraded).toBeGreaterThan(3_000);
});

test('a row of the second at which an earlier run ended is read by the next, though a hole lies before', async () => {
  const story: Story = {
    seconds: [100, 102],
    pageSize: 1,
    startBound: 'inclusive',
    endBound: 'inclusive',
    order: 'modified',
    lag: 0,
    maxRows: 4,
    runs: [
      { after: 0, cuts: [1], picks: [], fails: ['before'], parallel: 1 },
      { after: 0, cuts: [], picks: [], fails: ['before'], parallel: 1 },
    ],
    // The slice behind the hole has read its rows when the first of them is re-graded, within the same second.
    edits: [
      { pick: 1, pass: 0 },
      { pick: 0, pass: 0 },
    ],
  };
  const { server, sink } = await play(story);
  expect(server.rows.map(({ value }) => value)).toEqual([1, 1]);
  expect([...sink.last].sort()).toEqual([
    [1, 1],
    [2, 1],
  ]);
});
