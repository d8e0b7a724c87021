import type { LogLevel } from './core-types';

/** Where the host and the invocations write. `functionName` is missing for lines of the host itself. */
export type HostLog = (level: LogLevel, message: string, functionName?: string) => void;

const order: readonly LogLevel[] = ['trace', 'debug', 'information', 'warning', 'error', 'critical', 'none'];
const words: Record<LogLevel, string> = {
  trace: 'trace',
  debug: 'debug',
  information: 'info ',
  warning: 'warn ',
  error: 'error',
  critical: 'fatal',
  none: '     ',
};
const colours: Partial<Record<LogLevel, string>> = { warning: '33', error: '31', critical: '31;1' };

/** A log that prints one line an entry: time, level, function, text. The level has a colour on a terminal only. */
export function printLog(
  out: { write(text: string): unknown; isTTY?: boolean } = process.stdout,
  minimum: LogLevel = 'information',
): HostLog {
  return (level, message, functionName) => {
    if (order.indexOf(level) < order.indexOf(minimum)) return;
    const colour = out.isTTY ? colours[level] : undefined;
    const word = colour ? `\u001b[${colour}m${words[level]}\u001b[0m` : words[level];
    const name = functionName ? `[${functionName}] ` : '';
    out.write(`${new Date().toISOString()} ${word} ${name}${message}\n`);
  };
}

/** The level of host.json as a level of this log; what is not known counts as Information. */
export const logLevel = (text: unknown): LogLevel =>
  order.find((level) => level === String(text).toLowerCase()) ?? 'information';
