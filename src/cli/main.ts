#!/usr/bin/env node
import { createInterface } from 'node:readline/promises';
import { fillEnvironment } from '../lib/settings';
import { settingsHere } from '../lib/settings/emulator';
import { runCommand } from './run-command';

const interruption = new AbortController();
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)
  process.on(signal, () => {
    if (interruption.signal.aborted) process.exit(code);
    interruption.abort(new Error('Interrupted'));
  });

// A reader that goes away (`| head`) is no reason to stop a sync half-way, nor to complain.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

async function ask(question: string): Promise<string> {
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await asking.question(question, { signal: interruption.signal });
  } catch (error) {
    // Ctrl-C at a question is an answer: it is no yes.
    if ((error as Error).name === 'AbortError') return '';
    throw error;
  } finally {
    asking.close();
  }
}

void runCommand(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  environment: () => fillEnvironment(settingsHere('.')),
  interrupted: interruption.signal,
  ask: process.stdin.isTTY && process.stderr.isTTY ? ask : undefined,
}).then((code) => {
  // Connections that are kept for the next call would keep the process alive.
  process.stdout.write('', () => process.exit(code));
});
