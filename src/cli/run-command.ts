import { SettingsError, sentence } from '../lib/errors';
import { version } from '../lib/version';
import { completions, readArguments } from './arguments';
import { check } from './check-command';
import { completionScript } from './completion';
import { helpOf } from './help';
import { openDesk } from './open-desk';
import { sync } from './sync-command';
import type { Terminal } from './terminal';
import { UsageError } from './usage-error';

/** The exit code of a command line that cannot be understood. */
const misused = 2;

/**
 * Runs one command line.
 * @param args without node and the script. @returns the exit code; whatever goes wrong is told in a sentence.
 */
export async function runCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  const { stdout, stderr } = terminal;
  if (args.length === 0) {
    stderr.write(helpOf(undefined));
    return misused;
  }
  try {
    const command = readArguments(args, terminal.environment());
    switch (command.command) {
      case 'help':
        stdout.write(helpOf(command.of));
        return 0;
      case 'version':
        stdout.write(`${version}\n`);
        return 0;
      case 'sync':
        return await sync(command, terminal);
      case 'check':
        return await check(command, terminal);
      case 'completion':
        stdout.write(completionScript(command.shell, completions()));
        return 0;
      case 'storage':
        return await command.what.run(command.given, openDesk(terminal, command.json, command.what.needs));
    }
  } catch (error) {
    const errors = error instanceof SettingsError ? error.problems : [];
    if (errors.length > 0)
      stderr.write(
        `The settings are wrong:\n${errors.map(({ setting, message }) => `  ${setting} ${message}\n`).join('')}`,
      );
    else stderr.write(`${sentence(error)}\n`);
    if (args.includes('--json'))
      stdout.write(`${JSON.stringify({ error: sentence(error), ...(errors.length > 0 && { errors }) })}\n`);
    return error instanceof UsageError ? misused : 1;
  }
}
