import { AsyncLocalStorage } from 'node:async_hooks';
import pino, { type Logger } from 'pino';
import { createLogFiles } from './log-files';

/** What an invocation of a function offers for logging: only through it does a line carry the invocation's id. */
export interface InvocationLog {
  readonly invocationId: string;
  trace(...lines: unknown[]): void;
  debug(...lines: unknown[]): void;
  info(...lines: unknown[]): void;
  warn(...lines: unknown[]): void;
  error(...lines: unknown[]): void;
}

interface Invocation {
  readonly log: InvocationLog;
  over: boolean;
}

/** The invocation that the current work belongs to. */
export const currentInvocation = new AsyncLocalStorage<Invocation>();

/**
 * Does an invocation's work: what it logs goes through the invocation. Work that goes on after the answer may not
 * use that any more; its lines go to `outside`, with the same id.
 */
export async function asInvocation<T>(log: InvocationLog, work: () => T | Promise<T>): Promise<T> {
  const invocation = { log, over: false };
  try {
    return await currentInvocation.run(invocation, work);
  } finally {
    invocation.over = true;
  }
}

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
  /** A folder in which each category also has its own files. */
  readonly directory?: string;
  /** Milliseconds since 1970, for the days of those files. */
  readonly now?: () => number;
}

/** One JSON line an event: a static message, its data in fields. What concerns a kind of feed has its category. */
export function createLogger(options: LogOptions): Logger {
  const { directory, now, write = toInvocation } = options;
  const files = directory === undefined ? undefined : createLogFiles({ directory, now });
  return pino(
    {
      level: options.level,
      base: undefined,
      messageKey: 'message',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: withCategory },
      mixin: () => {
        const invocationId = currentInvocation.getStore()?.log.invocationId;
        return invocationId === undefined ? {} : { invocationId };
      },
      redact: { paths: [...secretNames, ...secretNames.map((name) => `*.${name}`)], remove: true },
    },
    {
      write: (line) => {
        write(line);
        const category = files && /"category":"(\w+)"/.exec(line)?.[1];
        if (category) files?.(category, line);
      },
    },
  );
}

/** A run's id starts with its feed, so that its lines have source and kind where only the id is at hand. */
function withCategory(fields: Record<string, unknown>): Record<string, unknown> {
  const [, source, kind, destination] =
    /^([a-z0-9]+)-(catalog|consumption)(?:\.([a-z0-9]+))?-/.exec(String(fields.runId)) ?? [];
  const whole = source && kind ? { source, kind, ...(destination && { destination }), ...fields } : fields;
  return typeof whole.kind === 'string' ? { ...whole, category: `course_${whole.kind}` } : whole;
}

/** Where lines go that belong to no invocation, or to one that has answered. A program around the app may change it. */
export const outside = { write: (line: string): void => void process.stdout.write(`${line}\n`) };

function toInvocation(line: string): void {
  const text = line.trimEnd();
  const current = currentInvocation.getStore();
  if (!current || current.over) {
    outside.write(text);
    return;
  }
  const { log: invocation } = current;
  const level = /"level":"(\w+)"/.exec(text)?.[1] ?? 'info';
  if (level === 'fatal' || level === 'error') invocation.error(text);
  else if (level === 'warn') invocation.warn(text);
  else if (level === 'debug') invocation.debug(text);
  else if (level === 'trace') invocation.trace(text);
  else invocation.info(text);
}
