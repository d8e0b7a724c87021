import { withoutSlashes } from '../src/lib/slashes';
import { readJsonFile } from '../src/lib/settings/json-file';
import { logLevel } from './host-log';
import type { LogLevel } from './core-types';

/** The parts of host.json that this host obeys; times in milliseconds. */
export interface HostJson {
  readonly routePrefix: string;
  readonly logLevel: LogLevel;
  readonly queues: QueueOptions;
}

/** @see https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-queue#host-json */
export interface QueueOptions {
  readonly batchSize: number;
  readonly newBatchThreshold: number;
  readonly maxPollingInterval: number;
  /** How long a message stays hidden after its function failed. */
  readonly visibilityTimeout: number;
  readonly maxDequeueCount: number;
  readonly messageEncoding: 'base64' | 'none';
}

interface Raw {
  logging?: { logLevel?: { default?: string } };
  extensions?: {
    http?: { routePrefix?: string };
    queues?: Partial<Record<keyof QueueOptions, string | number>>;
  };
}

/** Reads host.json of the app's folder; without one, the platform's defaults. @throws Error in one sentence */
export function readHostJson(appRoot: string): HostJson {
  const raw = (readJsonFile(appRoot, 'host.json') ?? {}) as Raw;
  const queues = raw.extensions?.queues ?? {};
  const batchSize = whole(queues.batchSize, 16, 'batchSize', 1, 32);
  const encoding = queues.messageEncoding ?? 'base64';
  if (encoding !== 'base64' && encoding !== 'none')
    throw new Error('host.json: extensions.queues.messageEncoding must be "base64" or "none"');
  return {
    routePrefix: withoutSlashes(raw.extensions?.http?.routePrefix ?? 'api'),
    logLevel: logLevel(raw.logging?.logLevel?.default),
    queues: {
      batchSize,
      newBatchThreshold: whole(queues.newBatchThreshold, Math.floor(batchSize / 2), 'newBatchThreshold', 0),
      maxPollingInterval: duration(queues.maxPollingInterval, 60_000, 'maxPollingInterval'),
      visibilityTimeout: duration(queues.visibilityTimeout, 0, 'visibilityTimeout'),
      maxDequeueCount: whole(queues.maxDequeueCount, 5, 'maxDequeueCount', 1),
      messageEncoding: encoding,
    },
  };
}

function whole(value: unknown, otherwise: number, name: string, least: number, most = 1_000): number {
  if (value === undefined) return otherwise;
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  throw new Error(`host.json: extensions.queues.${name} must be a whole number from ${least} to ${most}`);
}

/** "[days.]hours:minutes:seconds[.fraction]", the form of a .NET TimeSpan. */
function duration(value: unknown, otherwise: number, name: string): number {
  if (value === undefined) return otherwise;
  const text = typeof value === 'string' ? value : '';
  const match = /^(?:(\d+)\.)?(\d{1,2}):(\d{1,2}):(\d{1,2}(?:\.\d+)?)$/.exec(text);
  if (!match) throw new Error(`host.json: extensions.queues.${name} must be a time like "00:00:02"`);
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(1).map((part) => Number(part ?? 0));
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000;
}
