import type { PayloadError } from '../errors';
import type { Call } from './call';
import { pageAfter, readPageCursor } from './page-cursor';
import { readNumbered } from './pages-ahead';

/** A page of a list that says which page is its last. */
export interface NumberedPage {
  readonly items: readonly unknown[];
  readonly lastPage: number;
  readonly totalCount?: number | null | undefined;
}

export interface ReadPage {
  readonly items: readonly unknown[];
  readonly next: string | undefined;
  /** Rows in all, without those that were left out so far. */
  readonly total: number | undefined;
  /** Set when the pages end before the last one that was promised. */
  readonly note: string | undefined;
  /** The page was promised and does not exist: the list ended before it. */
  readonly absent: boolean;
}

/** Reads pages by number until `lastPage`, or until one is empty. */
export class NumberedReader {
  constructor(private readonly wrong: (what: string) => PayloadError) {}

  /**
   * @param call `ahead` has several pages asked for at a time.
   * @param get reads a page by number; undefined when there is nothing to read any more.
   * @param isLeftOut says which rows do not count.
   * @throws PayloadError when the server gives the same page again.
   */
  async read(
    call: Call,
    get: (page: number, call: Call) => Promise<NumberedPage | undefined>,
    cursor: string | undefined,
    isLeftOut: (item: unknown) => boolean = () => false,
  ): Promise<ReadPage> {
    const at = readPageCursor(cursor);
    const page = await readNumbered(
      call,
      at.page,
      (number, signal) => get(number, { ...call, signal }),
      (answer) => answer?.lastPage,
    );
    if (!page) {
      const absent = at.page > 1;
      const note = absent ? `page ${at.page} was promised and does not exist` : undefined;
      return { items: [], next: undefined, total: undefined, note, absent };
    }
    const { items, lastPage, totalCount } = page;
    const left = items.filter((item) => !isLeftOut(item));
    const leftOut = at.counted + items.length - left.length;
    const following = items.length > 0 ? pageAfter(at, items, leftOut, this.wrong) : undefined;
    const short = items.length === 0 && at.page < lastPage;
    return {
      items: left,
      next: at.page < lastPage ? following : undefined,
      total: totalCount == null ? undefined : Math.max(0, totalCount - leftOut),
      note: short ? `page ${at.page} of ${lastPage} was empty: the rest was not read` : undefined,
      absent: false,
    };
  }
}
