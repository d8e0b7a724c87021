import { nearest } from '../lib/settings/read-group';
import { UsageError } from './usage-error';

/** The words and flags of a command line, once it is known which flags there are. */
export interface Given {
  readonly words: readonly string[];
  readonly values: Readonly<Record<string, string | boolean>>;
}

/** A word in the wrong place may be somebody's address, which no log of a shell's output needs. */
export const shown = (word: string): string => (word.includes('@') ? 'The address' : `“${word}”`);

/** @throws UsageError when a word is left. */
export function noMore(words: readonly string[]): void {
  if (words[0] !== undefined) throw new UsageError(`${shown(words[0])} is one word too many; take it out`);
}

/** What was given as a flag's value. */
export const valueOf = ({ values }: Given, flag: string): string | undefined => {
  const value = values[flag];
  return typeof value === 'string' ? value : undefined;
};

/** A flag's value that must be one of a few. @throws UsageError */
export function oneOf<T extends string>(given: Given, flag: string, names: readonly T[]): T | undefined {
  const value = valueOf(given, flag);
  const found = names.find((name) => name === value);
  if (value === undefined || found) return found;
  const near = nearest(value, names);
  throw new UsageError(
    `--${flag} must be one of ${names.join(', ')}${near ? `; did you mean ${near}?` : ''}`,
  );
}

/** A flag that the command cannot do without. @throws UsageError */
export function needed(given: Given, flag: string, example: string): string {
  const value = valueOf(given, flag);
  if (value !== undefined) return value;
  throw new UsageError(`--${flag} is missing: write it, such as --${flag} ${example}`);
}

/** The one word that a command takes. @throws UsageError */
export function onlyWord({ words }: Given, what: string): string {
  const [word, ...more] = words;
  if (word === undefined) throw new UsageError(`Say which: ${what}`);
  noMore(more);
  return word;
}

/** `--limit`. @param otherwise when it is left out. @throws UsageError */
export function limitOf(given: Given, otherwise = 50): number {
  const value = valueOf(given, 'limit');
  if (value === undefined) return otherwise;
  if (/^[1-9]\d{0,3}$/.test(value)) return Number(value);
  throw new UsageError('--limit must be a whole number from 1 to 9999');
}
