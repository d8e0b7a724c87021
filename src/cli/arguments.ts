import { parseArgs } from 'node:util';
import { feedKinds, type FeedKind } from '../lib/domain/feed';
import { parseUtc, type Utc } from '../lib/domain/time';
import { nearest, type Environment } from '../lib/settings/read-group';
import type { Resync } from '../lib/sync/resync';
import { UsageError } from './usage-error';

export type Command =
  | { readonly command: 'help'; readonly of: CommandName | undefined }
  | { readonly command: 'version' }
  | {
      readonly command: 'sync';
      readonly asked: Resync & { readonly kind: FeedKind };
      readonly json: boolean;
    }
  | { readonly command: 'check'; readonly json: boolean };

export const commandNames = ['sync', 'check'] as const;
export type CommandName = (typeof commandNames)[number];

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const common = { json: flag, help: { ...flag, short: 'h' } } as const;
const syncFlags = {
  source: text,
  full: flag,
  from: text,
  to: text,
  course: text,
  learner: text,
  'dry-run': flag,
  'allow-deletes': flag,
  ...common,
} as const;
const flagsOf = { sync: syncFlags, check: common };

const examples: Record<string, string> = {
  source: 'openedx',
  from: '2026-01-31T00:00:00Z',
  to: '2026-02-01',
  course: 'course-v1:edX+DemoX+Demo',
  learner: 'learner@example.com',
};

/**
 * Reads a command line.
 * @param env tells what npm kept for itself.
 * @throws UsageError in one sentence, with the nearest word that would have been right.
 */
export function readArguments(args: readonly string[], env: Environment): Command {
  const [name, ...rest] = args;
  if (name === '--help' || name === '-h' || name === 'help') return { command: 'help', of: known(rest[0]) };
  if (name === '--version') return { command: 'version' };
  const command = known(name);
  if (!command) throw new UsageError(noCommand(name));
  const { values, words } = readFlags(command, rest);
  if (values.help) return { command: 'help', of: command };
  keptByNpm(command, values, env);
  const json = values.json === true;
  if (command === 'check') {
    noMore(words);
    return { command, json };
  }
  const [kind, ...more] = words;
  if (!isKind(kind)) throw new UsageError(noKind(kind));
  noMore(more);
  const given = (flag: string): string | undefined => values[flag] as string | undefined;
  const asked = {
    kind,
    source: given('source'),
    mode: values.full ? ('full' as const) : undefined,
    from: time('from', given('from')),
    to: time('to', given('to')),
    courseId: given('course'),
    learner: given('learner'),
    dryRun: values['dry-run'] === true,
    allowDeletes: values['allow-deletes'] === true ? true : undefined,
  };
  return { command, asked, json };
}

const known = (name: string | undefined): CommandName | undefined =>
  commandNames.find((each) => each === name);

const isKind = (word: string | undefined): word is FeedKind => feedKinds.some((kind) => kind === word);

/** A word in the wrong place may be somebody's address, which no log of a shell's output needs. */
const shown = (word: string): string => (word.includes('@') ? 'The address' : `“${word}”`);

function noCommand(name: string | undefined): string {
  if (name === undefined) return 'Say what to do: sync or check; --help tells more';
  if (isKind(name)) return `Write sync ${name}`;
  const near = nearest(name, commandNames);
  return `There is no command ${shown(name)}; ${near ? `did you mean ${near}?` : 'there are sync and check'}`;
}

function noKind(word: string | undefined): string {
  if (word === undefined) return 'Say what to sync: catalog or consumption';
  const near = nearest(word, feedKinds);
  return `${shown(word)} cannot be synced; ${near ? `did you mean ${near}?` : 'catalog and consumption can'}`;
}

type Values = Readonly<Record<string, string | boolean>>;

function readFlags(
  command: CommandName,
  args: readonly string[],
): { readonly values: Values; readonly words: readonly string[] } {
  const options: Readonly<Record<string, { readonly type: 'string' | 'boolean' }>> = flagsOf[command];
  const { tokens } = parseArgs({
    args: [...args],
    options: flagsOf[command],
    // The complaints of strict mode name no flag that would have been right.
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const values: Record<string, string | boolean> = {};
  const words: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value);
    if (token.kind !== 'option') continue;
    const { name, rawName, value } = token;
    const type = Object.hasOwn(options, name) ? options[name]?.type : undefined;
    if (type === undefined) throw new UsageError(noFlag(rawName, name, Object.keys(options)));
    if (name in values) throw new UsageError(`${rawName} is given twice; take one out`);
    if (type === 'boolean') {
      if (value !== undefined) throw new UsageError(`${rawName} takes no value`);
      values[name] = true;
    } else {
      if (!value || value.startsWith('-'))
        throw new UsageError(`${rawName} needs a value, such as ${rawName} ${examples[name]}`);
      values[name] = value;
    }
  }
  return { values, words };
}

function noFlag(rawName: string, name: string, names: readonly string[]): string {
  const near = nearest(name, names);
  return `There is no flag ${rawName}; ${near ? `did you mean --${near}?` : '--help lists them'}`;
}

/** Without `--` npm takes flags for its own, and a dry run would become a real one. */
function keptByNpm(command: CommandName, values: Values, env: Environment): void {
  if (env.npm_lifecycle_event !== command) return;
  for (const name of Object.keys(flagsOf[command])) {
    const kept = env[`npm_config_${name.replace('-', '_')}`];
    if (name in common || !kept || values[name] !== undefined) continue;
    throw new UsageError(
      `npm kept --${name} for itself; write -- before it: npm run ${command} -- … --${name}`,
    );
  }
}

function noMore(words: readonly string[]): void {
  if (words[0] !== undefined) throw new UsageError(`${shown(words[0])} is one word too many; take it out`);
}

function time(flag: string, value: string | undefined): Utc | undefined {
  if (value === undefined) return undefined;
  const parsed = parseUtc(value);
  if (parsed) return parsed;
  throw new UsageError(`--${flag} must be a time in UTC, such as ${examples.from} or ${examples.to}`);
}
