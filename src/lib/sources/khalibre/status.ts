import type { ResultStatus } from '../../domain/learner-result';
import { safeWords } from '../safe-words';

export type StatusTable = Readonly<Record<string, ResultStatus>>;

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

export interface ReadStatus {
  readonly status: ResultStatus;
  /** Set when nobody knows it: how a note to the operator names it. */
  readonly unknown?: string;
}

/**
 * What a learner's status means.
 * @param table of the setting: by code or lower-cased description; it wins over the built-in words.
 * @returns InProgress for an unknown one: a learner who is there has at least that.
 */
export function readStatus(
  code: string | number | null | undefined,
  description: string | null | undefined,
  table: StatusTable = {},
): ReadStatus {
  const number = String(code ?? '').trim();
  const spoken = (description ?? '').trim();
  for (const name of [number.toLowerCase(), spoken.toLowerCase()])
    if (name !== '' && Object.hasOwn(table, name)) return { status: table[name] as ResultStatus };
  const text = spoken.toLowerCase().replace(/[_\s]+/g, ' ');
  const known = words.find(([form]) => form.test(text));
  if (known) return { status: known[1] };
  const label = [safeWords(number), spoken && `"${safeWords(spoken)}"`].filter(Boolean).join(' ');
  return { status: 'InProgress', unknown: label ? `unknown status ${label}` : 'no status' };
}
