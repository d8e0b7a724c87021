export const enrolmentActions = ['enrol', 'remove'] as const;
export type EnrolmentAction = (typeof enrolmentActions)[number];

export const batchStates = ['running', 'done'] as const;
export type BatchState = (typeof batchStates)[number];

export const rowStates = ['pending', 'enrolled', 'removed', 'failed'] as const;
export type RowState = (typeof rowStates)[number];

/** Many enrolments, or removals, that were sent together. Times are milliseconds since 1970. */
export interface EnrolmentBatch {
  readonly batchId: string;
  readonly action: EnrolmentAction;
  readonly state: BatchState;
  readonly createdAt: number;
  readonly total: number;
  /** When it is to be looked at next. */
  readonly dueAt: number;
  /** Once all rows have ended. */
  readonly ended?: { readonly done: number; readonly failed: number };
}

/** One of them. Whom it is about is kept only while it is to be worked. */
export interface EnrolmentRow {
  readonly batchId: string;
  /** As a person counts: the line in the CSV file (the header is line 1), or the place in the JSON array from 1. */
  readonly row: number;
  readonly source: string;
  readonly state: RowState;
  /** What was asked, as JSON; undefined once it has ended. */
  readonly asked: string | undefined;
  readonly attempts: number;
  readonly dueAt: number;
  /** A worker is at it, or died at it. */
  readonly begun: boolean;
  /** Since when workers leave it, and its source's others, to one that knows the source; undefined once that came. */
  readonly leftAt: number | undefined;
  /** Why it failed, or has to be tried again; names nobody. */
  readonly error: string | undefined;
  /** What a single request would have been answered with. */
  readonly status: number | undefined;
}

export interface BatchCounts {
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  readonly pending: number;
}
