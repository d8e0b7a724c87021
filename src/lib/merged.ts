/** Several lists, each in the order of its places, as one. */
export async function* merged<T extends { readonly place: string }>(
  lists: readonly AsyncGenerator<T>[],
): AsyncGenerator<T> {
  const heads = await Promise.all(lists.map(async (list) => ({ list, head: await list.next() })));
  for (;;) {
    const [first] = heads
      .filter(({ head }) => !head.done)
      .sort((a, b) => ((a.head.value as T).place < (b.head.value as T).place ? -1 : 1));
    if (!first) return;
    yield first.head.value as T;
    first.head = await first.list.next();
  }
}
