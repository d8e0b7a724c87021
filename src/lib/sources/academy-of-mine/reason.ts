import { refusalReason, safeWords } from '../safe-words';

/**
 * Why a call was refused. Laravel's message of a failed validation says nothing; what it says of each field does.
 * @returns undefined when there are no words that can be told.
 */
export function academyReason(body: unknown): string | undefined {
  const { errors } = (body ?? {}) as { readonly errors?: unknown };
  const words = Object.values(typeof errors === 'object' && errors !== null ? errors : {})
    .flat()
    .filter((one): one is string => typeof one === 'string');
  const safe = safeWords(words.join(' '));
  return /\p{L}{2}/u.test(safe) ? safe : refusalReason(body);
}
