import type { PagesAhead } from './pages-ahead';

/** What every call carries. */
export interface Call {
  /** Aborts the call: the run was cancelled, the lease was lost, the host is stopping. */
  readonly signal: AbortSignal;
  /**
   * Rows to ask for in a page; left out: what the source's settings say. A vendor may give more or fewer. Pages that
   * follow each other are asked for with the same.
   */
  readonly pageSize?: number;
  /** For a list that is read to its end: a source whose pages have numbers asks for several at a time. */
  readonly ahead?: PagesAhead;
}
