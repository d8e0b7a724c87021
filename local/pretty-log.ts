import type { LogLevel } from './core-types';
import { printLog, type HostLog } from './host-log';

/** Fields that the line shows by itself, or that say nothing to a person at a terminal. */
const leftOut = new Set(['level', 'time', 'message', 'invocationId', 'category']);

/** A log for people: the app's JSON lines as text, all others as they are. */
export function prettyLog(
  out: { write(text: string): unknown; isTTY?: boolean },
  minimum: LogLevel = 'information',
): HostLog {
  const print = printLog(out, minimum);
  return (level, message, functionName) => print(level, readable(message), functionName);
}

/** The level that a line of the app names itself. */
export function levelOf(line: string): LogLevel {
  const [, level] = /"level":"(\w+)"/.exec(line) ?? [];
  if (level === 'error' || level === 'fatal') return 'error';
  return level === 'warn' ? 'warning' : 'information';
}

/** `{"message":"run ended","source":"openedx",…}` as `run ended  source=openedx …`; any other text unchanged. */
export function readable(line: string): string {
  const fields = parse(line);
  if (typeof fields?.message !== 'string') return line;
  const shown = flat(fields)
    .filter(([name, value]) => !leftOut.has(name) && value !== '')
    .map(([name, value]) => `${name}=${/[\s"=]/.test(value) ? JSON.stringify(value) : value}`);
  return shown.length === 0 ? fields.message : `${fields.message}  ${shown.join(' ')}`;
}

function parse(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** The fields of an object within, such as counts, stand beside the others. */
function flat(fields: Record<string, unknown>): [string, string][] {
  return Object.entries(fields).flatMap(([name, value]): [string, string][] => {
    if (value === null || typeof value !== 'object') return [[name, String(value)]];
    return Array.isArray(value) ? [[name, value.join(',')]] : flat(value as Record<string, unknown>);
  });
}
