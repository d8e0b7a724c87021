import { usualLimit } from './requests';

export interface ListPage<T> {
  readonly entries: readonly T[];
  /** Whether the list goes on behind them. */
  readonly more: boolean;
}

/** The first entries of a list. @param list is asked for one more than `limit`, which tells whether it goes on. */
export async function pageOf<T>(
  list: (pageSize: number) => AsyncIterable<T>,
  limit = usualLimit,
): Promise<ListPage<T>> {
  const entries: T[] = [];
  for await (const entry of list(limit + 1)) if (entries.push(entry) > limit) break;
  return { entries: entries.slice(0, limit), more: entries.length > limit };
}
