import { z } from 'zod';

/** The service publishes no answer: any JSON acknowledges, and 204 is `undefined`. What it says is read below. */
export const acknowledgement = z.unknown();

/**
 * Counts the errors that a 2xx carries: an `errormessage`, in any casing, at the root, in an item of a list at
 * the root, or in an item of a list in a field of the root.
 */
export function countErrors(answer: unknown): number {
  if (Array.isArray(answer)) return answer.filter(carriesError).length;
  if (typeof answer !== 'object' || answer === null) return 0;
  const lists = Object.values(answer).filter((value): value is unknown[] => Array.isArray(value));
  return lists.reduce((sum, list) => sum + list.filter(carriesError).length, carriesError(answer) ? 1 : 0);
}

function carriesError(item: unknown): boolean {
  if (typeof item !== 'object' || item === null) return false;
  return Object.entries(item).some(([name, value]) => name.toLowerCase() === 'errormessage' && says(value));
}

/** This service's world writes nothing as the text "null", and its client's notes as "none". */
function says(value: unknown): boolean {
  if (typeof value === 'string') return !['', 'null', 'none'].includes(value.trim().toLowerCase());
  if (Array.isArray(value)) return value.some(says);
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return value !== null && value !== undefined && value !== false && value !== 0;
}
