import fc from 'fast-check';
import type { Mapped } from '../../src/lib/domain/mapped';
import type { LearnerResult } from '../../src/lib/domain/learner-result';
import type { Window } from '../../src/lib/domain/time';
import type { WindowedFeed } from '../../src/lib/sources/source';
import type { ReadWindowOptions } from '../../src/lib/sync/slice/read-window';
import { bounds, type Edit, ModelFeed, type ModelRow, type Order, windowUnderTest } from './model-feed';

/** Everything that is drawn for one reading. */
export interface Scenario {
  readonly seconds: readonly number[];
  readonly pageSize: number;
  readonly concurrency: number;
  readonly order: Order;
  readonly start: 'inclusive' | 'exclusive';
  readonly end: 'inclusive' | 'exclusive';
  readonly atomic: boolean;
  readonly edits: readonly Edit[];
  readonly draws: readonly number[];
}

interface Limits {
  readonly orders: readonly Order[];
  readonly edits: readonly Edit['type'][];
  readonly mostEdits?: number;
  readonly atomic?: boolean;
  readonly pageSizes?: { readonly min: number; readonly max: number };
  readonly rows?: { readonly minLength: number; readonly maxLength: number };
}

/** Few seconds for many rows, the bounds' own among them: most share theirs with others. */
const second = fc.oneof(
  fc.constantFrom(bounds.from, bounds.from + 1, bounds.to - 1, bounds.to),
  fc.integer({ min: bounds.from, max: bounds.from + 5 }),
);
const bound = fc.constantFrom('inclusive' as const, 'exclusive' as const);

export const scenarios = ({
  orders,
  edits,
  mostEdits = 12,
  atomic,
  pageSizes,
  rows,
}: Limits): fc.Arbitrary<Scenario> =>
  fc.record({
    seconds: fc.array(second, { size: 'max', ...(rows ?? { maxLength: 24 }) }),
    pageSize: fc.integer(pageSizes ?? { min: 1, max: 7 }),
    concurrency: fc.integer({ min: 1, max: 5 }),
    order: fc.constantFrom(...orders),
    start: bound,
    end: bound,
    atomic: atomic === undefined ? fc.boolean() : fc.constant(atomic),
    edits: fc.array(fc.record({ type: fc.constantFrom(...edits), pick: fc.nat(1_000) }), {
      maxLength: mostEdits,
      size: 'max',
    }),
    draws: fc.array(fc.nat(59), { maxLength: 150, size: 'max' }),
  });

export type Reader = (
  feed: WindowedFeed,
  window: Window,
  options: ReadWindowOptions<number>,
) => Promise<void>;

export interface Reading {
  readonly error: unknown;
  /** Rows that were in the window all the time and never came, or came last with another value. */
  readonly lost: readonly ModelRow[];
  readonly feed: ModelFeed;
  /** How often the reader began anew. */
  readonly passes: number;
}

/** Plays a scenario against a reader. */
export async function play(scenario: Scenario, read: Reader): Promise<Reading> {
  const rows = scenario.seconds.map((modified, i): ModelRow => ({ id: i + 1, modified, value: 0 }));
  const feed = new ModelFeed({ ...scenario, rows });
  const arrived = new Map<number, number>();
  let passes = 1;
  const onRow = (row: Mapped<LearnerResult>): number => {
    const { id, value } = row.raw as ModelRow;
    arrived.set(id, value);
    return value;
  };
  const reading = read(feed, windowUnderTest, {
    signal: new AbortController().signal,
    concurrency: scenario.concurrency,
    onRow,
    onPage: () => undefined,
    beforeSecondPass: () => Promise.resolve(void passes++),
  });
  const error = await feed.drive(reading).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  const lost = feed.stayedRows.filter(({ id, value }) => arrived.get(id) !== value);
  return { error, lost, feed, passes };
}
