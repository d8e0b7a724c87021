import { parseArgs } from 'node:util';
import { feedKinds, type FeedKind } from '../lib/domain/feed';
import { parseUtc, type Utc } from '../lib/domain/time';
import { nearest, type Environment } from '../lib/settings/read-group';
import type { Resync } from '../lib/sync/resync';
import { flag, text, type Flags, type StorageCommand } from './commands/command';
import { storageCommands } from './commands/storage-commands';
import { type Shell, shells } from './completion';
import { UsageError } from './usage-error';
import { type Given, noMore, shown, valueOf } from './words';

export type Command =
  | { readonly command: 'help'; readonly of: string | undefined }
  | { readonly command: 'version' }
  | {
      readonly command: 'sync';
      readonly asked: Resync & { readonly kind: FeedKind };
      readonly failFast: boolean;
      readonly json: boolean;
    }
  | { readonly command: 'check'; readonly json: boolean }
  | { readonly command: 'completion'; readonly shell: Shell }
  | {
      readonly command: 'storage';
      readonly what: StorageCommand;
      readonly given: Given;
      readonly json: boolean;
    };

const commandNames: readonly string[] = [
  'sync',
  'check',
  ...storageCommands.map(({ name }) => name),
  'completion',
];

const common = { json: flag, help: { ...flag, short: 'h' } } as const;
const syncFlags = {
  source: text,
  destination: text,
  full: flag,
  from: text,
  to: text,
  course: text,
  learner: text,
  'dry-run': flag,
  'allow-deletes': flag,
  'fail-fast': flag,
  ...common,
} as const;
const flagsOf = (command: string): Flags => {
  if (command === 'sync') return syncFlags;
  if (command === 'completion') return { help: common.help };
  const storage = storageCommands.find((one) => one.name === command);
  return { ...storage?.flags, ...common };
};

const examples: Record<string, string> = {
  source: 'openedx',
  destination: 'ld',
  from: '2026-01-31T00:00:00Z',
  to: '2026-02-01',
  course: 'course-v1:edX+DemoX+Demo',
  learner: 'learner@example.com',
  kind: 'consumption',
  state: 'dead',
  limit: '20',
  url: 'https://app.example.com/api/webhooks/academyofmine',
  code: 'KEY',
  events: 'course_enrolled,course_completed',
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
  const given = readFlags(command, rest);
  const { values, words } = given;
  if (values.help) return { command: 'help', of: command };
  keptByNpm(command, values, env);
  const json = values.json === true;
  const storage = storageCommands.find((one) => one.name === command);
  if (storage) return { command: 'storage', what: storage, given, json };
  if (command === 'check') {
    noMore(words);
    return { command, json };
  }
  if (command === 'completion') return { command, shell: shellOf(words) };
  const [kind, ...more] = words;
  if (!isKind(kind)) throw new UsageError(noKind(kind));
  noMore(more);
  const asked = {
    kind,
    source: valueOf(given, 'source'),
    destination: valueOf(given, 'destination'),
    mode: values.full ? ('full' as const) : undefined,
    from: time('from', valueOf(given, 'from')),
    to: time('to', valueOf(given, 'to')),
    courseId: valueOf(given, 'course'),
    learner: valueOf(given, 'learner'),
    dryRun: values['dry-run'] === true,
    allowDeletes: values['allow-deletes'] === true ? true : undefined,
  };
  return { command: 'sync', asked, failFast: values['fail-fast'] === true, json };
}

/** Every command with the words and flags that a shell may offer after it. */
export const completions = (): readonly (readonly [string, readonly string[]])[] =>
  commandNames.map((name) => {
    const own = storageCommands.find((command) => command.name === name)?.words ?? fixedWords[name] ?? [];
    return [name, [...own, ...Object.keys(flagsOf(name)).map((option) => `--${option}`)]];
  });

const fixedWords: Readonly<Record<string, readonly string[]>> = { sync: feedKinds, completion: shells };

function shellOf([shell, ...more]: readonly string[]): Shell {
  const found = shells.find((one) => one === shell);
  if (!found) throw new UsageError('Say for which shell: completion bash or completion zsh');
  noMore(more);
  return found;
}

const known = (name: string | undefined): string | undefined => commandNames.find((each) => each === name);

const isKind = (word: string | undefined): word is FeedKind => feedKinds.some((kind) => kind === word);

function noCommand(name: string | undefined): string {
  if (name === undefined) return 'Say what to do; --help lists the commands';
  if (isKind(name)) return `Write sync ${name}`;
  const near = nearest(name, commandNames);
  return `There is no command ${shown(name)}; ${near ? `did you mean ${near}?` : '--help lists them'}`;
}

function noKind(word: string | undefined): string {
  if (word === undefined) return 'Say what to sync: catalog or consumption';
  const near = nearest(word, feedKinds);
  return `${shown(word)} cannot be synced; ${near ? `did you mean ${near}?` : 'catalog and consumption can'}`;
}

function readFlags(command: string, args: readonly string[]): Given {
  const options = flagsOf(command);
  const { tokens } = parseArgs({
    args: [...args],
    options,
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
function keptByNpm(command: string, values: Given['values'], env: Environment): void {
  if (env.npm_lifecycle_event !== command) return;
  for (const name of Object.keys(flagsOf(command))) {
    const kept = env[`npm_config_${name.replaceAll('-', '_')}`];
    if (name in common || !kept || values[name] !== undefined) continue;
    throw new UsageError(
      `npm kept --${name} for itself; write -- before it: npm run ${command} -- … --${name}`,
    );
  }
}

function time(option: string, value: string | undefined): Utc | undefined {
  if (value === undefined) return undefined;
  const parsed = parseUtc(value);
  if (parsed) return parsed;
  throw new UsageError(`--${option} must be a time in UTC, such as ${examples.from} or ${examples.to}`);
}
