import { setTimeout as sleep } from 'node:timers/promises';

/** Counts what is running, so that a stop can wait for it. */
export class InFlight {
  readonly #running = new Map<Promise<unknown>, string>();

  /** Runs the work and remembers it under the name until it ends. */
  run<T>(name: string, work: () => Promise<T>): Promise<T> {
    const promise = work();
    this.#running.set(promise, name);
    const forget = (): void => void this.#running.delete(promise);
    promise.then(forget, forget);
    return promise;
  }

  /** Waits until nothing runs, at most `milliseconds`. Gives the names of what still runs then. */
  async drain(milliseconds: number): Promise<string[]> {
    const give = new AbortController();
    const deadline = sleep(milliseconds, 'late', { signal: give.signal }).catch(() => 'late');
    while (this.#running.size > 0) {
      const end = await Promise.race([deadline, Promise.allSettled(this.#running.keys())]);
      if (end === 'late') break;
    }
    give.abort();
    return [...this.#running.values()];
  }
}
