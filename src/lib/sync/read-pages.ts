import { WaitError } from '../errors';
import type { Engine } from './engine';

/** A list that was not read to its end, and when and where to go on. */
export interface Stopped {
  readonly cursor: string;
  /** Milliseconds since 1970. */
  readonly dueAt: number;
}

/** When a reading stops between two pages. */
export interface Stops extends Pick<Engine, 'now'> {
  /** Milliseconds since 1970. */
  readonly deadline: number;
  /** Whether there is as much in hand as there may be. */
  readonly isFull?: () => boolean;
}

export interface ReadPages<P> {
  readonly page: (cursor: string | undefined) => Promise<P>;
  /** Told of each page, in order; awaited before the next is asked for. */
  readonly onPage: (page: P) => Promise<void> | void;
  readonly signal: AbortSignal;
  /** Where to begin; left out: with the first page. */
  readonly from?: string | undefined;
  /** Left out: the list is read to its end, and a source that asks for a pause fails it. */
  readonly stops?: Stops | undefined;
}

/**
 * Reads a list page by page, as far as one go gets: to its end, to its deadline, or until its source asks for a pause.
 * @returns where to go on; undefined at the end.
 * @throws WaitError when the pause comes before the first page: the work is put off as it is; what `page` and `onPage`
 * throw; the signal's reason.
 */
export async function readPages<P extends { readonly next: string | undefined }>({
  page,
  onPage,
  signal,
  from,
  stops,
}: ReadPages<P>): Promise<Stopped | undefined> {
  let cursor = from;
  for (let isFirst = true; ; isFirst = false) {
    signal.throwIfAborted();
    let got: P;
    try {
      got = await page(cursor);
    } catch (error) {
      if (!stops || isFirst || cursor === undefined || !(error instanceof WaitError)) throw error;
      return { cursor, dueAt: error.until };
    }
    await onPage(got);
    cursor = got.next;
    if (cursor === undefined) return undefined;
    if (stops && (stops.now() > stops.deadline || stops.isFull?.())) return { cursor, dueAt: stops.now() };
  }
}
