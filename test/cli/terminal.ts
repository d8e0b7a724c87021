import { runCommand } from '../../src/cli/run-command';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Runs a command line in this process. @param screen what standard output and error say of themselves. @param ask who answers questions; nobody. */
export async function run(
  args: string,
  env: Readonly<Record<string, string | undefined>> = {},
  screen: Screen = {},
  interrupted: AbortSignal = new AbortController().signal,
  ask?: (question: string) => Promise<string>,
): Promise<Ran> {
  let stdout = '';
  let stderr = '';
  const code = await runCommand(args.split(' ').filter(Boolean), {
    stdout: { ...screen, write: (text) => (stdout += text) },
    stderr: { ...screen, write: (text) => (stderr += text) },
    environment: () => env,
    interrupted,
    ask,
  });
  return { code, stdout, stderr };
}
