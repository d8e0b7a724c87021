import type { Logger } from 'pino';

export interface RowKeys {
  readonly partitionKey: string;
  readonly rowKey: string;
}

const againMs = 3600_000;
const mostRemembered = 1_000;

/** Tells of rows that cannot be read, and so were left out: of each once an hour, since the sweep meets it every minute. */
export class SkippedRows {
  readonly #told = new Map<string, number>();

  constructor(
    private readonly log: Pick<Logger, 'error'> | undefined,
    private readonly now: () => number,
  ) {}

  /** The keys name nobody: learners stand in them as hashes. */
  tell(table: string, { partitionKey, rowKey }: RowKeys, error: Error): void {
    const name = `${table}/${partitionKey}/${rowKey}`;
    const last = this.#told.get(name);
    if (last !== undefined && this.now() - last < againMs) return;
    if (this.#told.size >= mostRemembered) this.#told.clear();
    this.#told.set(name, this.now());
    this.log?.error({ table, partitionKey, rowKey, error: error.message }, 'row skipped: it cannot be read');
  }
}
