import { setTimeout as sleep } from 'node:timers/promises';

/** Asks again until the answer is something, for things that another process does in its own time. */
export async function eventually<T>(
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  milliseconds = 15_000,
): Promise<T> {
  for (const end = Date.now() + milliseconds; ;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > end) throw new Error(`Still not so after ${milliseconds} ms: ${ask.toString()}`);
    await sleep(50);
  }
}
