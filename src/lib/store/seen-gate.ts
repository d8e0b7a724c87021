import { ConflictError } from '../errors';
import type { Clock } from '../http/clock';
import type { GateState } from '../http/gate-state';
import type { GateRow, SeenGate } from './gate-row';

/** A gate's row as this process saw it last, and how long ago. */
export class SeenGateRow {
  #seen: (SeenGate & { readonly at: number }) | undefined;

  constructor(
    private readonly row: GateRow,
    private readonly clock: Clock,
  ) {}

  /** Undefined before the first reading. */
  get state(): GateState | undefined {
    return this.#seen?.state;
  }

  /** Milliseconds since the row was last read or written. */
  age(): number {
    return this.#seen ? this.clock.now() - this.#seen.at : Infinity;
  }

  /** @throws RetryableError when storage does not answer. */
  async read(): Promise<GateState> {
    return this.#note(await this.row.read());
  }

  /**
   * Writes over what was seen last.
   * @throws ConflictError when another instance was faster; then the row has been read anew. RetryableError when
   * storage does not answer.
   */
  async write(state: GateState): Promise<void> {
    try {
      this.#note(await this.row.write(state, this.#seen?.etag));
    } catch (error) {
      if (error instanceof ConflictError) await this.read();
      throw error;
    }
  }

  #note({ state, etag }: SeenGate): GateState {
    this.#seen = { state, etag, at: this.clock.now() };
    return state;
  }
}
