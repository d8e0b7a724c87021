import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A JSON object from a file, or undefined when there is no such file. @throws Error in one sentence */
export function readJsonFile(folder: string, name: string): Record<string, unknown> | undefined {
  let text: string;
  try {
    text = readFileSync(join(folder, name), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Error(`${name} cannot be read: ${(error as Error).message}`, { cause: error });
  }
  const [value, fault] = parse(text);
  // Without the parser's own message as cause: it quotes the text around the fault, and that may be a secret.
  if (fault !== undefined) throw new Error(`${name} is not valid JSON${fault}: repair it or remove it`);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`${name} must hold a JSON object`);
  return value as Record<string, unknown>;
}

function parse(text: string): [unknown, undefined] | [undefined, string] {
  try {
    // Editors on Windows put a byte order mark in front, which JSON.parse refuses.
    return [JSON.parse(text.replace(/^\uFEFF/, '')), undefined];
  } catch (error) {
    return [undefined, place(text, error)];
  }
}

function place(text: string, error: unknown): string {
  const position = /position (\d+)/.exec((error as Error).message)?.[1];
  if (position === undefined) return '';
  return ` at line ${text.slice(0, Number(position)).split('\n').length}`;
}
