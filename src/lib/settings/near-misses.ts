import type { SettingsProblem } from '../errors';
import { type Environment, edits } from './read-group';

/** Shorter names are too easily like another. */
const shortest = 7;
const most = 2;

/**
 * Names in the environment that are no settings, and nearly are: a missing underscore, another case, two letters that
 * changed places. Nothing but a likeness speaks against them, so each is a warning.
 * @param names of all settings that there could be. @param own tells what is judged elsewhere.
 */
export function nearMisses(
  names: readonly string[],
  env: Environment,
  own: (name: string) => boolean,
): SettingsProblem[] {
  const known = new Set(names);
  const unset = names.filter((name) => name.length >= shortest && !env[name]);
  return Object.entries(env)
    .filter(([given, value]) => value && given.length >= shortest && !known.has(given) && !own(given))
    .flatMap(([setting]) => {
      const near = nearestOf(setting, unset);
      return near ? [{ setting, message: `is not a setting; did you mean ${near}?` }] : [];
    });
}

function nearestOf(given: string, names: readonly string[]): string | undefined {
  const [best] = names
    .filter((name) => Math.abs(name.length - given.length) <= most)
    .map((name) => ({ name, distance: edits(given.toLowerCase(), name.toLowerCase()) }))
    .filter(({ distance }) => distance <= most)
    .sort((a, b) => a.distance - b.distance);
  return best?.name;
}
