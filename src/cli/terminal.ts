import type { Environment } from '../lib/settings/read-group';

/** A stream that text goes to; `isTTY` when a person looks at it. */
export interface Out {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** What a command has of the world. */
export interface Terminal {
  /** Results. */
  readonly stdout: Out;
  /** Progress, complaints and log lines. */
  readonly stderr: Out;
  /** The settings: the environment, over local.settings.json. @throws Error in one sentence when that is not valid JSON. */
  environment(): Environment;
  /** Aborts at Ctrl-C. */
  readonly interrupted: AbortSignal;
  /** Asks the person; undefined where nobody can answer. */
  readonly ask?: ((question: string) => Promise<string>) | undefined;
}

/** How the person called the command, to tell how to call it again. */
export const commandName = (env: Environment, command: string): string =>
  env.npm_lifecycle_event === command ? `npm run ${command} --` : `lms-bridge ${command}`;

const codes = { green: 32, yellow: 33, red: 31, dim: 2 };
export type Colour = keyof typeof codes;

/** Colours for a stream: none unless a person looks at it, nor when NO_COLOR is set (https://no-color.org). */
export function painter(out: Out, env: Environment): (colour: Colour, text: string) => string {
  const plain = !out.isTTY || Boolean(env.NO_COLOR) || env.TERM === 'dumb';
  return (colour, text) => (plain ? text : `\u001b[${codes[colour]}m${text}\u001b[0m`);
}
