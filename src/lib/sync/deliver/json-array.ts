const [open, comma, close] = Buffer.from('[,]') as unknown as [number, number, number];

/** The bytes of one JSON array, written as its records come: a batch is never text as a whole. */
export class JsonArray {
  #bytes: Buffer;
  /** Where each record ends; the byte there is the comma's, or the closing bracket's. */
  readonly #ends: number[] = [];

  /** @param capacity bytes to begin with; it grows. */
  constructor(capacity = 65_536) {
    this.#bytes = Buffer.allocUnsafe(capacity);
    this.#bytes[0] = open;
  }

  get count(): number {
    return this.#ends.length;
  }

  /** Bytes of the whole array. */
  get size(): number {
    return this.#start(this.count) + (this.count === 0 ? 1 : 0);
  }

  get capacity(): number {
    return this.#bytes.length;
  }

  /** @param json one record. */
  push(json: string): void {
    const start = this.#start(this.count);
    // No character takes more than three bytes.
    this.#grow(start + 3 * json.length + 1);
    const end = start + this.#bytes.write(json, start);
    this.#bytes[end] = comma;
    this.#ends.push(end);
  }

  /** Takes the last record back. */
  pop(): void {
    this.#ends.pop();
  }

  /** The array of the records `from` up to `to`, that one not included; not to be changed. */
  bytes(from = 0, to = this.count): Buffer {
    const part = this.#bytes.subarray(this.#start(from) - 1, this.#start(to));
    const array = from === 0 && to === this.count ? part : Buffer.from(part);
    array[0] = open;
    array[array.length - 1] = close;
    return array;
  }

  /** Where a record begins. */
  #start(index: number): number {
    return index === 0 ? 1 : (this.#ends[index - 1] ?? NaN) + 1;
  }

  #grow(needed: number): void {
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#bytes.length));
    this.#bytes.copy(larger, 0, 0, this.#start(this.count));
    this.#bytes = larger;
  }
}
