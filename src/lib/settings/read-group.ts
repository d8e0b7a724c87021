import type { z } from 'zod';
import type { SettingsProblem } from '../errors';
import type { Definition } from './definition';
import type { Secret } from './secret';

export type Definitions = Readonly<Record<string, Definition>>;

/** A setting's value once read: what its schema gives; a `Secret` when it is one. */
export type Values<D extends Definitions> = {
  readonly [K in keyof D]: D[K] extends { readonly secret: true }
    ? Secret | undefined
    : D[K] extends { readonly required: true } | { readonly default: string }
      ? z.output<D[K]['schema']>
      : z.output<D[K]['schema']> | undefined;
};

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the settings that a table defines.
 * @param prefix what their names start with, e.g. `LMS__openedx__`.
 * @param problems is added to: one entry a setting that is missing, wrong, or unknown below the prefix.
 */
export function readGroup<D extends Definitions>(
  definitions: D,
  prefix: string,
  env: Environment,
  toSecret: (setting: string, value: string) => Secret,
  problems: SettingsProblem[],
): Values<D> {
  const values: Record<string, unknown> = {};
  for (const [name, definition] of Object.entries(definitions)) {
    const setting = prefix + name;
    const given = env[setting]?.trim();
    const written = given || definition.default;
    if (written === undefined || (written === '' && !definition.default && !given && definition.required)) {
      if (definition.required) problems.push({ setting, message: `is missing: ${definition.doc}` });
      continue;
    }
    const parsed = definition.schema.safeParse(written);
    if (!parsed.success)
      problems.push({ setting, message: parsed.error.issues[0]?.message ?? 'cannot be used' });
    else values[name] = definition.secret ? toSecret(setting, written) : parsed.data;
  }
  if (prefix) problems.push(...misspelt(definitions, prefix, env));
  return values as Values<D>;
}

function misspelt(definitions: Definitions, prefix: string, env: Environment): SettingsProblem[] {
  const names = Object.keys(definitions);
  return Object.keys(env)
    .filter((setting) => setting.startsWith(prefix) && !names.includes(setting.slice(prefix.length)))
    .map((setting) => {
      const near = nearest(setting.slice(prefix.length), names);
      return {
        setting,
        message: near ? `is unknown; did you mean ${prefix}${near}?` : 'is unknown; take it out',
      };
    });
}

/** The name that is at most three edits away, fewer for a short word, if any. */
export function nearest(word: string, names: readonly string[]): string | undefined {
  const [best] = names
    .map((name) => ({ name, distance: edits(word.toLowerCase(), name.toLowerCase()) }))
    .filter(({ distance }) => distance <= Math.min(3, word.length / 2))
    .sort((a, b) => a.distance - b.distance);
  return best?.name;
}

/** How many letters are to be changed, added or taken out to make one word of another. */
export function edits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
