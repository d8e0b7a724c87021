/**
 * Does the same for each of many, so many at a time.
 * @throws the first failure, once all that was begun has ended; nothing is begun after it.
 */
export async function forEachOf<T>(
  items: AsyncIterable<T> | Iterable<T>,
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const next = takerOf(items);
  let failed = false;
  const worker = async (): Promise<void> => {
    try {
      for (let item = await next(); !item.done && !failed; item = await next()) await work(item.value);
    } catch (error) {
      failed = true;
      throw error;
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: width }, worker));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

function takerOf<T>(
  items: AsyncIterable<T> | Iterable<T>,
): () => Promise<IteratorResult<T, unknown>> | IteratorResult<T, unknown> {
  const iterator = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  return () => iterator.next();
}
