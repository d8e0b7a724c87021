/**
 * What a source makes of one of its rows. A row that cannot be mapped costs itself alone: it goes to
 * quarantine with its reason.
 */
export type Mapped<T> = MappedRecord<T> | UnmappedRow;

export interface MappedRecord<T> {
  readonly ok: true;
  /** Names the row at the source (course; learner and course). Undefined when the row does not say. */
  readonly key: string | undefined;
  readonly record: T;
  /** The row as it came, for quarantine. */
  readonly raw: unknown;
}

export interface UnmappedRow {
  readonly ok: false;
  readonly key: string | undefined;
  /** One sentence that names the field; never a value of it. */
  readonly reason: string;
  readonly raw: unknown;
}
