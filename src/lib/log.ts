import { AsyncLocalStorage } from 'node:async_hooks';
import pino, { type Logger } from 'pino';

/** What an invocation of a function offers for logging: only through it does a line carry the invocation's id. */
export interface InvocationLog {
  readonly invocationId: string;
  trace(...lines: unknown[]): void;
  debug(...lines: unknown[]): void;
  info(...lines: unknown[]): void;
  warn(...lines: unknown[]): void;
  error(...lines: unknown[]): void;
}

/** The invocation that the current work belongs to; set by the app's hook before each. */
export const currentInvocation = new AsyncLocalStorage<InvocationLog>();

// Whatever slips into a log's fields: these names never come out.
const secretNames = [
  'authorization',
  'token',
  'accessToken',
  'access_token',
  'clientSecret',
  'client_secret',
  'password',
  'email',
  'learner',
  'apiKey',
  'subscriptionKey',
];

export interface LogOptions {
  readonly level: string;
  /** Where a line goes; the current invocation, or standard output outside of one, when left out. */
  readonly write?: (line: string) => void;
}

/** One JSON line an event: a static message, its data in fields. */
export function createLogger(options: LogOptions): Logger {
  return pino(
    {
      level: options.level,
      base: undefined,
      messageKey: 'message',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      mixin: () => {
        const invocationId = currentInvocation.getStore()?.invocationId;
        return invocationId === undefined ? {} : { invocationId };
      },
      redact: { paths: [...secretNames, ...secretNames.map((name) => `*.${name}`)], remove: true },
    },
    { write: options.write ?? toInvocation },
  );
}

function toInvocation(line: string): void {
  const text = line.trimEnd();
  const invocation = currentInvocation.getStore();
  if (!invocation) {
    process.stdout.write(`${text}\n`);
    return;
  }
  const level = /"level":"(\w+)"/.exec(text)?.[1] ?? 'info';
  if (level === 'fatal' || level === 'error') invocation.error(text);
  else if (level === 'warn') invocation.warn(text);
  else if (level === 'debug') invocation.debug(text);
  else if (level === 'trace') invocation.trace(text);
  else invocation.info(text);
}
