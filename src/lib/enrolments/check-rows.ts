import type { EnrolmentAction } from '../domain/enrolment-batch';
import { InputError, UnsupportedError } from '../errors';
import { plainWords } from '../plain-words';
import type { Engine } from '../sync/engine';
import { checkAsked } from './perform';
import { type Candidate, inputProblem, type RowProblem } from './read-rows';
import { type AskedEnrolment, enrolmentRequest } from './request';

/** Of the file or the body. */
export const mostBatchBytes = 2 * 1024 * 1024;

/** Characters, as JSON: a property of a table holds 32,768. https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model */
const longestRow = 32_000;

export interface CheckedRow {
  readonly row: number;
  readonly asked: AskedEnrolment;
}

export type CheckedRows =
  | { readonly ok: true; readonly rows: readonly CheckedRow[] }
  | { readonly ok: false; readonly errors: readonly RowProblem[] };

/**
 * Looks all rows over, and asks nothing of any source. One that is wrong spoils them all.
 * @throws SettingsError when the settings of one of the sources are wrong.
 */
export function checkRows(
  engine: Engine,
  action: EnrolmentAction,
  candidates: readonly Candidate[],
): CheckedRows {
  const rows: CheckedRow[] = [];
  const errors: RowProblem[] = [];
  for (const candidate of candidates) {
    const { row, value, nameOf } = candidate;
    const parsed = enrolmentRequest.safeParse(value, { error: plainWords });
    if (!parsed.success) {
      for (const issue of parsed.error.issues)
        if (issue.code === 'unrecognized_keys')
          for (const key of issue.keys) errors.push({ row, field: key, message: 'is unknown; take it out' });
        else errors.push({ row, field: nameOf(issue.path.join('.')) || 'row', message: issue.message });
      continue;
    }
    if (JSON.stringify(parsed.data).length > longestRow) {
      errors.push({ row, field: 'row', message: 'is too long to be kept; give it fewer or shorter words' });
      continue;
    }
    try {
      checkAsked(engine, action, parsed.data);
      rows.push({ row, asked: parsed.data });
    } catch (error) {
      if (error instanceof InputError) errors.push(inputProblem(candidate, error));
      else if (error instanceof UnsupportedError)
        errors.push({ row, field: 'source', message: error.message });
      else throw error;
    }
  }
  return errors.length === 0 ? { ok: true, rows } : { ok: false, errors };
}
