import { setTimeout as sleep } from 'node:timers/promises';
import type { Terminal } from './terminal';

const everyMs = 2_000;
const clearScreen = '\u001b[H\u001b[2J\u001b[3J';

/**
 * Shows a text anew until Ctrl-C: over the one before on a terminal, below it, when it changed, anywhere else.
 * @returns the exit code.
 */
export async function watch({ stdout, interrupted }: Terminal, read: () => Promise<string>): Promise<number> {
  let shown: string | undefined;
  while (!interrupted.aborted) {
    const text = await read();
    if (text !== shown) stdout.write(stdout.isTTY ? `${clearScreen}${text}` : text);
    shown = text;
    await sleep(everyMs, undefined, { signal: interrupted }).catch(() => undefined);
  }
  return 0;
}
