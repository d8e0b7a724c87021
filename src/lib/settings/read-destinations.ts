import { destinationKinds, kindOfFirst } from '../destinations/registry';
import { firstDestination } from '../domain/feed';
import type { SettingsProblem } from '../errors';
import { define } from './definition';
import { oneOf } from './parse';
import { type Environment, readGroup } from './read-group';
import type { DestinationEntry } from './types';
import type { SecretReader } from './vault';

/** What the names of a destination's settings start with. */
export const destinationPrefix = (id: string): string => (id === firstDestination ? 'LD__' : `DEST__${id}__`);

export const destinationKindNames = Object.keys(destinationKinds);

/** Every destination but `ld` says what it is. */
export const kindDefinition = {
  kind: define({ schema: oneOf(...destinationKindNames), required: true, doc: 'What it is.' }),
};

/**
 * @param ids as DESTINATIONS names them. @param problems is added to when the ids are wrong, or no destination can be
 * used: what is wrong with one of several is kept with that one.
 */
export function readDestinations(
  ids: readonly string[],
  env: Environment,
  secrets: SecretReader,
  problems: SettingsProblem[],
): DestinationEntry[] {
  const known = [...new Set(ids)];
  for (const id of ids.filter((one, i) => ids.indexOf(one) !== i))
    problems.push({ setting: 'DESTINATIONS', message: `names the destination ${id} twice; take one out` });
  for (const id of known)
    if (!/^[a-z0-9]{1,32}$/.test(id))
      problems.push({
        setting: 'DESTINATIONS',
        message: `holds “${id}”: an id is made of lower-case letters and digits, 32 at the most`,
      });
  const entries = known.map((id) => readDestination(id, env, secrets));
  if (entries.length === 0)
    problems.push({ setting: 'DESTINATIONS', message: 'names no destination; leave it out for ld alone' });
  if (entries.every(({ ok }) => !ok))
    for (const entry of entries) if (!entry.ok) problems.push(...entry.problems);
  return entries;
}

function readDestination(id: string, env: Environment, secrets: SecretReader): DestinationEntry {
  const prefix = destinationPrefix(id);
  const problems: SettingsProblem[] = [];
  const named = id === firstDestination ? kindOfFirst : env[`${prefix}kind`]?.trim();
  const kind =
    named !== undefined && Object.hasOwn(destinationKinds, named) ? destinationKinds[named] : undefined;
  if (named === undefined || !kind) {
    // What else is set cannot be judged without it.
    readGroup(kindDefinition, prefix, { [`${prefix}kind`]: named }, secrets, problems);
    return { id, ok: false, problems };
  }
  const definitions = id === firstDestination ? kind.definitions : { ...kindDefinition, ...kind.definitions };
  const values = readGroup(definitions, prefix, env, secrets, problems);
  const settings = kind.read(values, { id, prefix, env, problems });
  return settings && problems.length === 0
    ? { id, ok: true, kind: named, settings }
    : { id, ok: false, problems };
}
