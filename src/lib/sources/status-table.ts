import { z } from 'zod';
import { resultStatuses, type ResultStatus } from '../domain/learner-result';
import { define } from '../settings/definition';
import { text } from '../settings/parse';

const entries = z.record(z.string().trim().toLowerCase().min(1), z.enum(resultStatuses));

/** By code or lower-cased description. */
export type StatusTable = Readonly<Record<string, ResultStatus>>;

/** A JSON object from a vendor's status (code or description, lower-cased here) to one of ours. */
const statusTable = text.transform((value, context): StatusTable => {
  try {
    const parsed = entries.safeParse(JSON.parse(value));
    if (parsed.success) return parsed.data;
  } catch {
    // falls through to the one message for both
  }
  context.addIssue({
    code: 'custom',
    message: `must be a JSON object from a code or description to one of ${resultStatuses.join(', ')}, such as {"7":"InProgress"}`,
  });
  return z.NEVER;
});

/** The setting of a vendor whose statuses are not published, or not all of them. */
export const statuses = define({
  schema: statusTable,
  default: '{}',
  doc: 'JSON of what its learner statuses mean, by code or description, such as `{"7":"InProgress","Exempted":"Completed"}`; it adds to the built-in words and wins over them.',
});

export interface ReadStatus {
  readonly status: ResultStatus;
  /** Set when nobody knows it: how a note to the operator names it. */
  readonly unknown?: string;
}

/** What the setting says of a code or description; it wins over the built-in words. */
export const inTable = (table: StatusTable, words: string): ReadStatus | undefined => {
  const status = Object.hasOwn(table, words) ? table[words] : undefined;
  return status && { status };
};

/** One that nobody knows counts as InProgress: a learner who is there has at least that. @param label empty: there is none. */
export const unknownStatus = (label: string): ReadStatus => ({
  status: 'InProgress',
  unknown: label ? `unknown status ${label}` : 'no status',
});
