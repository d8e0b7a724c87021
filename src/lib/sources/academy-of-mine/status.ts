import type { ResultStatus } from '../../domain/learner-result';
import { safeWords } from '../safe-words';

/** The three of its lookup; `registered` and `started` stand in the reports of learning paths. */
const words: Readonly<Record<string, ResultStatus>> = {
  'not started': 'NotStarted',
  registered: 'NotStarted',
  'in progress': 'InProgress',
  started: 'InProgress',
  completed: 'Completed',
  failed: 'Failed',
};

/**
 * What a learner's status means. @param table of the setting; it wins over the built-in words.
 * @returns InProgress for an unknown one, with how a note names it: a learner who is there has at least that.
 */
export function readStatus(
  text: string | null | undefined,
  table: Readonly<Record<string, ResultStatus>> = {},
): { readonly status: ResultStatus; readonly unknown?: string } {
  const word = (text ?? '')
    .trim()
    .toLowerCase()
    .replace(/[\s_-]+/g, ' ');
  for (const known of [table, words])
    if (Object.hasOwn(known, word)) return { status: known[word] as ResultStatus };
  return { status: 'InProgress', unknown: word ? `unknown status "${safeWords(word)}"` : 'no status' };
}

/** A course's own status is written `DRAFT`, `draft`, `publish`, `published` and `PUBLISHED`. */
export const isDraft = (status: string | null | undefined): boolean => /^\s*draft/i.test(status ?? '');
