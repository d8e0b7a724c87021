import { destinationKinds } from '../destinations/registry';
import type { SettingsProblem } from '../errors';
import { type SourceKind } from '../sources/kind';
import { sourceKindNamed, sourceKinds } from '../sources/registry';
import { define } from './definition';
import { sourceDefinitions } from './definitions';
import { oneOf } from './parse';
import { type Definitions, type Environment, readGroup } from './read-group';
import type { DestinationEntry, SourceEntry, SourceSettings } from './types';
import type { SecretReader } from './vault';

const kindNames = Object.keys(sourceKinds);

/** What every source has, its kind first. */
export const sharedSourceDefinitions = {
  kind: define({ schema: oneOf(...kindNames), required: true, doc: 'Which LMS it is.' }),
  ...sourceDefinitions,
};

/** Of a source whose kind is not known: what is set may be any kind's. */
const definitionsOfAll: Definitions = Object.fromEntries(
  Object.values(sourceKinds).flatMap(({ definitions }) =>
    Object.entries(definitions).map(([name, definition]) => [name, { ...definition, required: false }]),
  ),
);

/** Of every kind. */
export const sourceSettingNames = [
  ...new Set([...Object.keys(sharedSourceDefinitions), ...Object.keys(definitionsOfAll)]),
];

interface Around {
  readonly env: Environment;
  readonly secrets: SecretReader;
  readonly destinations: readonly DestinationEntry[];
}

/** @param ids as LMS_SOURCES names them. @param problems is added to when the ids are wrong. */
export function readSources(
  ids: readonly string[],
  around: Around,
  problems: SettingsProblem[],
): SourceEntry[] {
  const known = [...new Set(ids)];
  for (const id of ids.filter((one, i) => ids.indexOf(one) !== i))
    problems.push({ setting: 'LMS_SOURCES', message: `names the source ${id} twice; take one out` });
  for (const id of known)
    if (!/^[a-z0-9]{1,32}$/.test(id))
      problems.push({
        setting: 'LMS_SOURCES',
        message: `holds “${id}”: an id is made of lower-case letters and digits, 32 at the most`,
      });
  return known.map((id) => goesSomewhere(readSource(id, around), around.destinations));
}

function readSource(id: string, { env, secrets }: Around): SourceEntry {
  const problems: SettingsProblem[] = [];
  const prefix = `LMS__${id}__`;
  const kind = sourceKindNamed(env[`${prefix}kind`]?.trim());
  const definitions = { ...sharedSourceDefinitions, ...(kind?.definitions ?? definitionsOfAll) };
  const values = readGroup(definitions, prefix, env, secrets, problems);
  if (kind) {
    problems.push(...missingCredentials(kind, values, prefix));
    const wrong = new Set(problems.map(({ setting }) => setting));
    problems.push(...(kind.problems?.(values, prefix) ?? []).filter(({ setting }) => !wrong.has(setting)));
  }
  if (problems.length > 0) return { id, ok: false, problems };
  const settings: SourceSettings = {
    ...values,
    id,
    parallelSlices: values.requestsPerMinute === undefined ? values.parallelSlices : 1,
  };
  return { id, ok: true, settings };
}

function missingCredentials(
  { credentials }: SourceKind,
  values: Readonly<Record<string, unknown>>,
  prefix: string,
): SettingsProblem[] {
  const has = (name: string): boolean => values[name] !== undefined;
  if (credentials.length === 0 || credentials.some((group) => group.every(has))) return [];
  const nearly = credentials.find((group) => group.some(has)) ?? credentials[0] ?? [];
  const groups = credentials.map((group) => group.join(' and ')).join(', or ');
  return nearly
    .filter((name) => !has(name))
    .map((name) => ({ setting: prefix + name, message: `is missing: ${groups} must be given` }));
}

/** A source's `destinations` may name those alone that there are; some of them know a source by its number. */
function goesSomewhere(entry: SourceEntry, destinations: readonly DestinationEntry[]): SourceEntry {
  if (!entry.ok) return entry;
  const { id, settings } = entry;
  const known = destinations.map((one) => one.id);
  const wanted = settings.destinations ?? known;
  const problems: SettingsProblem[] = [];
  const unknown = wanted.filter((one) => !known.includes(one));
  if (unknown.length > 0)
    problems.push({
      setting: `LMS__${id}__destinations`,
      message: `names ${unknown.join(', ')}, which DESTINATIONS does not; it names ${known.join(', ')}`,
    });
  const byNumber = destinations.some((one) => wanted.includes(one.id) && knowsByNumber(one));
  if (byNumber && !sourceKindNamed(settings.kind)?.withoutFeeds && !settings.sourceSystemId)
    problems.push({
      setting: `LMS__${id}__sourceSystemId`,
      message: 'is missing: its number at the L&D services',
    });
  return problems.length > 0 ? { id, ok: false, problems } : entry;
}

const knowsByNumber = (entry: DestinationEntry): boolean =>
  entry.ok && destinationKinds[entry.kind]?.needsSourceNumber === true;
