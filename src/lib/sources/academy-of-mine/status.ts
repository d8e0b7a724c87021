import { safeWords } from '../safe-words';
import { inTable, type ReadStatus, type StatusTable, unknownStatus } from '../status-table';

/** The three of its lookup; `registered` and `started` stand in the reports of learning paths. */
const words: StatusTable = {
  'not started': 'NotStarted',
  registered: 'NotStarted',
  'in progress': 'InProgress',
  started: 'InProgress',
  completed: 'Completed',
  failed: 'Failed',
};

/** What a learner's status means, by the setting's table, then by the built-in words. */
export function readStatus(text: string | null | undefined, table: StatusTable = {}): ReadStatus {
  const word = (text ?? '')
    .trim()
    .toLowerCase()
    .replace(/[\s_-]+/g, ' ');
  return inTable(table, word) ?? inTable(words, word) ?? unknownStatus(word && `"${safeWords(word)}"`);
}

/** A course's own status is written `DRAFT`, `draft`, `publish`, `published` and `PUBLISHED`. */
export const isDraft = (status: string | null | undefined): boolean => /^\s*draft/i.test(status ?? '');
