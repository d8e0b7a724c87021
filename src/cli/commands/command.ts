import type { App } from '../../lib/app';
import type { Environment } from '../../lib/settings/read-group';
import type { Terminal } from '../terminal';
import type { Given } from '../words';

/** What a command that looks into storage has at hand. */
export interface Desk {
  readonly terminal: Terminal;
  readonly env: Environment;
  readonly json: boolean;
  /** The app on its storage. @throws SettingsError; RetryableError when storage does not answer. */
  open(): Promise<App>;
  /** Gives the result: one JSON object with --json, else the text. */
  show(value: unknown, text: () => string): void;
}

export type Flags = Readonly<Record<string, { readonly type: 'string' | 'boolean' }>>;

/** A command that works on storage: local, or Azure's when the settings lead there. */
export interface StorageCommand {
  readonly name: string;
  /** Beside --json and --help. */
  readonly flags: Flags;
  /** What it takes without flags, for the shell to complete. */
  readonly words?: readonly string[];
  /** `storage`: whatever is wrong with settings of sources and destinations keeps nobody from it. */
  readonly needs?: 'storage';
  /** Its line in the list of commands. */
  readonly usage: string;
  readonly what: string;
  readonly help: string;
  /** Reads its words first, then asks storage. @returns the exit code. */
  run(given: Given, desk: Desk): Promise<number>;
}

export const text = { type: 'string' } as const;
export const flag = { type: 'boolean' } as const;

export const exitCodes = 'Exit code: 0 done, 1 failed, 2 the command line cannot be understood.';
