/** Records on their way to a sink, and the JSON array that is sent of them. */
export class RecordBatch<T> {
  /** What the caller knows each by, in their order. */
  readonly records: T[] = [];
  readonly #json: string[] = [];
  /** Bytes of the array: a bracket, and each record with what follows it. */
  #size = 1;

  get count(): number {
    return this.records.length;
  }

  /** Bytes of the whole array, were this record the last. */
  sizeWith(json: string): number {
    return this.#size + Buffer.byteLength(json) + 1;
  }

  push(json: string, record: T): void {
    this.#size = this.sizeWith(json);
    this.#json.push(json);
    this.records.push(record);
  }

  /** The array of the records `from` up to `to`, that one not included. */
  bytes(from: number, to: number): Buffer {
    return Buffer.from(`[${this.#json.slice(from, to).join(',')}]`);
  }
}
