import { createHash } from 'node:crypto';
import type { Mapped } from '../../domain/mapped';
import type { LearnerResult } from '../../domain/learner-result';
import type { Window } from '../../domain/time';
import { PayloadError } from '../../errors';
import type { WindowedFeed, WindowPage } from '../../sources/source';
import { type Answered, PageOrder, rowKey } from './page-order';

export interface ReadWindowOptions<V> {
  readonly signal: AbortSignal;
  /** Pages asked for at the same time. */
  readonly concurrency: number;
  /**
   * Told of every row as it comes, in page order. What it gives is given back to it when the row comes again; a
   * promise is awaited before the next row.
   */
  readonly onRow: (row: Mapped<LearnerResult>, before: V | undefined) => V | Promise<V>;
  /** Told of every page, before its rows; may throw to end the reading (budget, split). */
  readonly onPage: (page: WindowPage) => void;
  /** Before a second reading: everything of the first has arrived, so that a newer value cannot be overtaken. */
  readonly beforeSecondPass: () => Promise<void>;
  /**
   * Told when a source at rest counts more rows than it gives: every pass but the first had the same pages, with the
   * same count on each. Its word is taken for the end of the window; may throw to refuse it. Left out, it is refused.
   */
  readonly onShort?: (short: Short) => void;
}

export interface Short {
  readonly counted: number;
  readonly given: number;
}

const tries = 3;

/**
 * Reads all rows of a window although rows that are edited meanwhile leave it and the rest shifts forward.
 * A pass in which every page showed the same count, was full, and gave as many distinct rows as counted, has
 * missed nothing. Otherwise the window is read again from the last page to the first, one page at a time: rows
 * that only leave can then only show up twice. What neither reading explains is a wrong count: see `onShort`.
 * @throws PayloadError when the order is unstable, or when the rows stay fewer than counted.
 */
export async function readWindow<V extends NonNullable<unknown>>(
  feed: WindowedFeed,
  window: Window,
  options: ReadWindowOptions<V>,
): Promise<void> {
  const seen = new Map<string, V>();
  const first = await passUpward(feed, window, options, seen);
  if (first.clean) return;
  let { pages, problem } = first;
  const alike = new Map<string | undefined, Short>();
  for (let attempt = 1; attempt <= tries; attempt++) {
    await options.beforeSecondPass();
    const second = await passDownward(feed, window, pages, options, seen);
    second.order.assertAgreesWith(first.answers);
    if (second.clean) return;
    pages = Math.max(second.pages, 1);
    problem = second.problem;
    alike.set(second.print, second.short);
  }
  const [print] = alike.keys();
  const short = print !== undefined && alike.size === 1 && alike.get(print);
  if (short && options.onShort) return options.onShort(short);
  throw new PayloadError(
    `The bulk grades of ${window.from} to ${window.to} cannot be read whole: ${problem}`,
  );
}

interface Pass {
  readonly clean: boolean;
  readonly pages: number;
  readonly problem: string;
}

interface DownwardPass extends Pass {
  readonly order: PageOrder;
  /** Of all that was answered; undefined when it was not at rest, or gave nothing. */
  readonly print: string | undefined;
  readonly short: Short;
}

async function passUpward<V>(
  feed: WindowedFeed,
  window: Window,
  options: ReadWindowOptions<V>,
  seen: Map<string, V>,
): Promise<Pass & { readonly answers: readonly Answered[] }> {
  const answers: Answered[] = [];
  const first = await feed.page(window, 1, options);
  const count = first?.count ?? 0;
  // A server that counts rows but no pages has its first page read again all the same.
  const pages = Math.max(first?.pages ?? 1, 1);
  let clean = first !== undefined;
  /** Rows without a key count singly: two may well have the same content. */
  let alike = 0;
  const take = async (page: WindowPage | undefined, after: number): Promise<void> => {
    if (!page) {
      clean = false;
      return;
    }
    if (page.count !== count) clean = false;
    options.onPage(page);
    answers.push({ keys: page.rows.flatMap(({ key }) => key ?? []), after });
    for (const row of page.rows) {
      const key = rowKey(row);
      const before = seen.get(key);
      if (before !== undefined && row.key === undefined) alike++;
      const made = options.onRow(row, row.key === undefined ? undefined : before);
      seen.set(key, made instanceof Promise ? await made : made);
    }
  };
  const ask = async (n: number) => {
    const after = answers.length;
    return { page: await feed.page(window, n, options), after };
  };
  await take(first, 0);
  for await (const { page, after } of inOrder(2, pages, options.concurrency, ask)) await take(page, after);
  const distinct = seen.size + alike;
  const problem = `it counts ${count} rows and gave ${distinct}`;
  return { clean: clean && distinct === count, pages, answers, problem };
}

async function passDownward<V>(
  feed: WindowedFeed,
  window: Window,
  pages: number,
  options: ReadWindowOptions<V>,
  seen: Map<string, V>,
): Promise<DownwardPass> {
  const order = new PageOrder();
  const print = createHash('sha256');
  const counts = new Set<number>();
  let last: WindowPage | undefined;
  // A row that came in pushes others back into pages that were read already.
  let grew = false;
  for (let n = pages; n >= 1; n--) {
    const page = await feed.page(window, n, options);
    if (!page) continue;
    if (last && page.count > last.count) grew = true;
    last = page;
    counts.add(page.count);
    print.update(JSON.stringify([n, page.count, page.rows.map(({ raw }) => raw)]));
    options.onPage(page);
    order.prepend(page.rows);
    for (const row of page.rows) {
      const key = rowKey(row);
      seen.set(key, await options.onRow(row, seen.get(key)));
    }
  }
  // What is in the window now has been there all along, so it must all have been seen.
  const count = last?.count ?? 0;
  const problem = `it counts ${count} rows and gave ${order.distinct}`;
  return {
    clean: !grew && order.distinct >= count,
    pages: last?.pages ?? 0,
    order,
    problem,
    print: counts.size === 1 && order.distinct > 0 ? print.digest('hex') : undefined,
    short: { counted: count, given: order.distinct },
  };
}

/** Pages `from` to `to`, asked for several at a time, given in order. */
async function* inOrder<T>(
  from: number,
  to: number,
  concurrency: number,
  fetch: (page: number) => Promise<T>,
): AsyncGenerator<T> {
  const ahead: Promise<T>[] = [];
  let next = from;
  try {
    while (next <= to || ahead.length > 0) {
      while (next <= to && ahead.length < concurrency) {
        const page = fetch(next++);
        // It is awaited in its turn; until then a failure is not unhandled.
        page.catch(() => undefined);
        ahead.push(page);
      }
      const page = ahead.shift();
      if (page) yield await page;
    }
  } finally {
    await Promise.allSettled(ahead);
  }
}
