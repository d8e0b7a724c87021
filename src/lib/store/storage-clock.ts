/**
 * Storage's clock, as its answers tell it: what instances write down for each other must not depend on whose machine
 * is right. An answer's `Date` is a whole second, so it only says within which bounds the difference lies; many of
 * them say it closely.
 */
export class StorageClock {
  /** Storage's time less this machine's, milliseconds: at least, at most. */
  #least = -Infinity;
  #most = Infinity;

  /** @param local this machine's clock, milliseconds since 1970. */
  constructor(readonly local: () => number = Date.now) {}

  /** Milliseconds since 1970. This machine's time, as far as what was heard allows it. */
  now(): number {
    return this.local() + Math.min(Math.max(0, this.#least), this.#most);
  }

  /** @param date the header of an answer. @param sentAt when it was asked for, by this machine's clock. */
  heard(date: string | undefined, sentAt: number): void {
    const second = Date.parse(date ?? '');
    if (Number.isNaN(second)) return;
    const [least, most] = [second - this.local(), second + 1_000 - sentAt];
    this.#least = Math.max(this.#least, least);
    this.#most = Math.min(this.#most, most);
    // One of the clocks was set: what was heard before is worth nothing.
    if (this.#least > this.#most) [this.#least, this.#most] = [least, most];
  }
}
