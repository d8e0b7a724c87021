import type { ResultStatus } from '../../domain/learner-result';
import { safeWords } from '../safe-words';
import { inTable, type ReadStatus, type StatusTable, unknownStatus } from '../status-table';

/*
 * Khalibre does not publish its statuses: neither the codes nor the words. These are the words to expect, looked
 * for in this order, so that a "not" or "in" counts before the word it turns round.
 */
const words: readonly (readonly [RegExp, ResultStatus])[] = [
  [/\bfail|\b(not|un)[- ]?(passed|successful)/, 'Failed'],
  [/\b(not|un|yet to)( yet)?[- ]?(start|begun|begin|attempt)/, 'NotStarted'],
  [/\b(in|un|not( yet)?|partial(ly)?|to( be)?)[- ]?(complet|finish)/, 'InProgress'],
  [/\bpassed\b/, 'Passed'],
  [/\bcomplet|\bfinished\b/, 'Completed'],
  [/progress|\bstarted\b|\bongoing\b|\bunderway\b/, 'InProgress'],
  [/\bbooked\b|\benrol+ed\b|\bregistered\b/, 'NotStarted'],
];

/** What a learner's status means, by the setting's table, then by the built-in words. */
export function readStatus(
  code: string | number | null | undefined,
  description: string | null | undefined,
  table: StatusTable = {},
): ReadStatus {
  const number = String(code ?? '').trim();
  const spoken = (description ?? '').trim();
  const told = inTable(table, number.toLowerCase()) ?? inTable(table, spoken.toLowerCase());
  if (told) return told;
  const text = spoken.toLowerCase().replace(/[_\s]+/g, ' ');
  const known = words.find(([form]) => form.test(text));
  if (known) return { status: known[1] };
  const label = [safeWords(number), spoken && `"${safeWords(spoken)}"`].filter(Boolean).join(' ');
  return unknownStatus(label);
}
