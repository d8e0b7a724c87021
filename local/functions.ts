import type { RegisteredFunction } from './core';
import { isTrigger } from './invocation';
import { fillIn } from './fill-in';
import { parseSchedule, type Schedule } from './ncrontab';
import { parseRoute, type Route } from './routes';

interface Described {
  readonly name: string;
  readonly registered: RegisteredFunction;
  /** Why this function does not run, in words for the operator; the others run all the same. */
  readonly problem?: string | undefined;
}

export interface HttpFunction extends Described {
  readonly kind: 'http';
  readonly methods: readonly string[];
  readonly route: Route;
  readonly authLevel: string;
}
export interface TimerFunction extends Described {
  readonly kind: 'timer';
  /** As the app wrote it until it is filled in; then the six fields. */
  readonly scheduleText: string;
  readonly schedule: Schedule | undefined;
  readonly runOnStartup: boolean;
}
export interface QueueFunction extends Described {
  readonly kind: 'queue';
  readonly queueName: string;
  readonly connectionString: string;
}
export interface UnknownFunction extends Described {
  readonly kind: 'unknown';
}
export type HostFunction = HttpFunction | TimerFunction | QueueFunction | UnknownFunction;

type Settings = Readonly<Record<string, string | undefined>>;

/** Reads a registration into what this host needs to run it. A fault disables this one function alone. */
export function describeFunction(
  registered: RegisteredFunction,
  routePrefix: string,
  settings: Settings,
): HostFunction {
  const { name, bindings } = registered.metadata;
  const trigger = Object.values(bindings).find((binding) => isTrigger(binding.type));
  const output = Object.values(bindings).find((each) => each.direction === 'out' && each.type !== 'http');
  const problem = disabled(name, settings)
    ? `it is disabled by the setting AzureWebJobs.${name}.Disabled`
    : output && `this host cannot write its ${output.type} output`;
  const text = (key: string): string => {
    const value = trigger?.[key];
    return typeof value === 'string' ? value : '';
  };
  switch (trigger?.type) {
    case 'httpTrigger': {
      const methods = (trigger.methods as string[]).map((method) => method.toUpperCase());
      const [route, fault] = attempt(() => parseRoute(routePrefix, text('route') || name));
      const authLevel = text('authLevel');
      const whole = route ?? { template: text('route'), segments: [] };
      return { kind: 'http', name, registered, methods, route: whole, authLevel, problem: problem ?? fault };
    }
    case 'timerTrigger': {
      const [filled, missing] = attempt(() => fillIn(text('schedule'), settings));
      const [schedule, fault] = filled === undefined ? [] : attempt(() => parseSchedule(filled));
      const runOnStartup = trigger.runOnStartup === true;
      const scheduleText = filled ?? text('schedule');
      const why = problem ?? missing ?? fault;
      return { kind: 'timer', name, registered, scheduleText, schedule, runOnStartup, problem: why };
    }
    case 'queueTrigger': {
      const [queueName, missing] = attempt(() => fillIn(text('queueName'), settings));
      const connection = text('connection') || 'AzureWebJobsStorage';
      const connectionString = settings[connection] ?? settings[`AzureWebJobs${connection}`] ?? '';
      const lacking = connectionString ? undefined : `set ${connection} to a connection string`;
      const why = problem ?? missing ?? lacking;
      const queue = queueName ?? text('queueName');
      return { kind: 'queue', name, registered, queueName: queue, connectionString, problem: why };
    }
    default:
      return {
        kind: 'unknown',
        name,
        registered,
        problem: `this host cannot run a ${trigger?.type ?? 'function without a trigger'}`,
      };
  }
}

const disabled = (name: string, settings: Settings): boolean =>
  ['.', '__', '_'].some((dot) =>
    ['true', '1'].includes(settings[`AzureWebJobs${dot}${name}${dot}Disabled`]?.toLowerCase() ?? ''),
  );

function attempt<T>(work: () => T): [T] | [undefined, string] {
  try {
    return [work()];
  } catch (error) {
    return [undefined, (error as Error).message];
  }
}
