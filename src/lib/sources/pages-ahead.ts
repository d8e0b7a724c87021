type Get<T> = (page: number, signal: AbortSignal) => Promise<T>;

/** Pages of one numbered list that are asked for before their turn. Made anew for each reading of a list. */
export class PagesAhead {
  readonly #asked = new Map<number, Promise<unknown>>();
  readonly #ended = new AbortController();

  /** @param most pages to have in hand beside the one whose turn it is. */
  constructor(private readonly most: number) {}

  /**
   * @param page from 1. @param signal aborts the call. @param get asks for a page of the list, always the same list.
   * @param lastOf the number of the last page, as far as an answer says.
   */
  async read<T>(
    page: number,
    signal: AbortSignal,
    get: Get<T>,
    lastOf: (answer: T) => number | undefined,
  ): Promise<T> {
    const asked = this.#asked.get(page) as Promise<T> | undefined;
    this.#asked.delete(page);
    const answer = await (asked ?? get(page, signal));
    const last = Math.min(lastOf(answer) ?? page, page + this.most);
    for (let next = page + 1; next <= last; next++) {
      if (this.#asked.has(next)) continue;
      const coming = get(next, AbortSignal.any([signal, this.#ended.signal]));
      // It is told when its turn comes; one whose turn never comes fails nobody.
      coming.catch(() => undefined);
      this.#asked.set(next, coming);
    }
    return answer;
  }

  /** Lets go of what nobody will ask for any more. */
  [Symbol.dispose](): void {
    this.#ended.abort();
  }
}

/** Reads a page of a numbered list, and asks for those after it where the caller has a place for them. */
export const readNumbered = <T>(
  { ahead, signal }: { readonly ahead?: PagesAhead; readonly signal: AbortSignal },
  page: number,
  get: Get<T>,
  lastOf: (answer: T) => number | undefined,
): Promise<T> => (ahead ? ahead.read(page, signal, get, lastOf) : get(page, signal));

/**
 * How many parts of one thing may be asked for at a time. With few calls a minute, waiting for one's turn must not take
 * so long that the work is put off.
 */
export const callsAtOnce = ({
  concurrency,
  requestsPerMinute = Infinity,
}: {
  readonly concurrency: number;
  readonly requestsPerMinute?: number | undefined;
}): number => Math.max(1, Math.min(concurrency, Math.floor(requestsPerMinute / 4)));
