import { readJsonFile } from './json-file';
import type { Environment } from './read-group';

export type AppSettings = Readonly<Record<string, string>>;

/**
 * The `Values` of local.settings.json, as Core Tools read them, or undefined when there is no such file.
 * @throws Error in one sentence, without any value in it
 */
export function readLocalSettings(appRoot: string): AppSettings | undefined {
  const name = 'local.settings.json';
  const file = readJsonFile(appRoot, name);
  if (!file) return undefined;
  if (file.IsEncrypted === true)
    throw new Error(`${name} is encrypted: run "func settings decrypt" in its folder first`);
  const values = file.Values ?? {};
  if (typeof values !== 'object' || Array.isArray(values))
    throw new Error(`${name}: "Values" must be an object of names and texts`);
  return Object.fromEntries(
    Object.entries(values).map(([key, value]: [string, unknown]) => {
      if (typeof value === 'string') return [key, value];
      if (typeof value === 'number' || typeof value === 'boolean') return [key, String(value)];
      throw new Error(`${name}: the value of "${key}" must be a text in quotes`);
    }),
  );
}

/** What the app gets: the file's values, and over them everything that the environment sets. */
export function withEnvironment(file: AppSettings | undefined, environment: Environment): AppSettings {
  const set = Object.entries(environment).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return { ...file, ...Object.fromEntries(set) };
}
