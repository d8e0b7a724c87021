import { z } from 'zod';
import { resultStatuses, type ResultStatus } from '../domain/learner-result';
import { text } from '../settings/parse';

const entries = z.record(z.string().trim().toLowerCase().min(1), z.enum(resultStatuses));

/** By code or lower-cased description. */
export type StatusTable = Readonly<Record<string, ResultStatus>>;

/** A JSON object from a vendor's status (code or description, lower-cased here) to one of ours. */
export const statusTable = text.transform((value, context): StatusTable => {
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
