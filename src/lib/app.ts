import type { Logger } from 'pino';
import { firstDestination } from './domain/feed';
import { utc } from './domain/time';
import { NotNamedError, SettingsError } from './errors';
import type { Clock } from './http/clock';
import { createLogger } from './log';
import type { Metrics } from './metrics/metrics';
import { openMetrics, tellsOf } from './metrics/open';
import { readSettings } from './settings';
import type { Environment } from './settings/read-group';
import type { DestinationEntry, Settings, SourceEntry } from './settings/types';
import type { Destination } from './destinations/destination';
import { createDestination, destinationNamed } from './destinations/registry';
import { createSource } from './sources/registry';
import { CatalogLedger } from './store/catalog-ledger';
import { EnrolmentBatches } from './store/enrolments';
import { FeedStore } from './store/feeds';
import { GivenIdTable } from './store/given-ids';
import { Inbox } from './store/inbox';
import { LearnerLedger } from './store/learner-ledger';
import { LeaseStore } from './store/leases';
import { destinationSystem, Pauses } from './store/pauses';
import { Quarantine } from './store/quarantine';
import { Registrations } from './store/registrations';
import { RunStore } from './store/runs';
import { createSharedGate, type OnPause } from './store/shared-gate';
import { beforeEnd } from './stopping';
import { connectStorage, type Storage } from './store/storage';
import { WakeUps } from './store/wakeups';
import { defaultPatience, type Engine, type OpenSource } from './sync/engine';
import { userAgent } from './version';

/** The app, put together once. */
export interface App {
  readonly settings: Settings;
  readonly storage: Storage;
  readonly engine: Engine;
  readonly log: Logger;
  /** Undefined: off. A process that ends by itself flushes them first. */
  readonly metrics: Metrics | undefined;
}

export type AppOverrides = Partial<
  Pick<
    Engine,
    'now' | 'random' | 'log' | 'patience' | 'onStep' | 'onProgress' | 'onRetry' | 'leases' | 'openDestination'
  >
> & {
  /** By which systems' pauses and rates are kept; the machine's, when left out. */
  readonly clock?: Clock;
  /** Whether what fails once is given up, where it would be tried again. */
  readonly failFast?: boolean;
  /** Gives 0 up to 1: how much of a back-off between attempts is waited. */
  readonly jitter?: () => number;
  /** Where log lines go, instead of the current invocation. */
  readonly writeLog?: (line: string) => void;
};

/**
 * Puts the app together from its settings. Nothing is asked of any remote system yet.
 * @throws SettingsError with every problem of the settings that all sources share.
 */
export function createApp(
  env?: Environment,
  { writeLog, failFast = false, jitter, clock, ...overrides }: AppOverrides = {},
): App {
  const read = readSettings(env);
  if (!read.ok) throw new SettingsError(read.problems);
  const { settings } = read;
  const log =
    overrides.log ?? createLogger({ level: settings.logLevel, directory: settings.logDir, write: writeLog });
  const storage = connectStorage(settings.storage, { log });
  for (const { setting, message } of settings.warnings)
    log.warn({ setting, warning: `${setting} ${message}` }, 'settings need a look');
  const metrics = openMetrics(settings.metrics, log);
  if (metrics) beforeEnd(() => metrics.flush());
  const deps: Deps = { storage, metrics, log, clock, random: jitter, ...(failFast && { retries: 0 }) };
  const engine: Engine = {
    feeds: new FeedStore(storage),
    runs: new RunStore(storage),
    leases: new LeaseStore(storage),
    catalogLedger: new CatalogLedger(storage),
    learnerLedger: new LearnerLedger(storage),
    quarantine: new Quarantine(storage),
    pauses: new Pauses(storage),
    inbox: new Inbox(
      storage,
      settings.sources.map(({ id }) => id),
    ),
    registrations: new Registrations(storage),
    enrolments: new EnrolmentBatches(storage),
    wakeUps: new WakeUps(storage),
    openSource: openSources(settings.sources, deps),
    openDestination: openDestinations(settings.destinations, deps),
    destinationsOf: (source) => destinationsOf(settings, source),
    now: Date.now,
    random: Math.random,
    log,
    patience: failFast ? { ...defaultPatience, attempts: 1 } : defaultPatience,
    onRunEnded: metrics && ((run) => metrics.runEnded(run)),
    onWatermark: metrics && ((feed, watermark) => metrics.watermark(feed, watermark)),
    ...overrides,
  };
  return { settings, storage, engine, log, metrics };
}

interface Deps {
  readonly storage: Storage;
  readonly metrics: Metrics | undefined;
  readonly log: Logger;
  /** Of each call to a remote system. */
  readonly retries?: number;
  readonly clock?: Clock | undefined;
  readonly random?: () => number;
}

function openSources(
  entries: readonly SourceEntry[],
  { storage, metrics, log, clock, retries, random }: Deps,
): (id: string) => OpenSource {
  const opened = new Map<string, OpenSource>();
  return (id) => {
    const entry = entries.find((candidate) => candidate.id === id);
    if (!entry)
      throw new NotNamedError('source', `There is no source ${id}; LMS_SOURCES names ${names(entries)}`);
    if (!entry.ok) throw new SettingsError(entry.problems);
    let open = opened.get(id);
    if (!open) {
      const { settings } = entry;
      const { concurrency, requestsPerMinute } = settings;
      const limits = { concurrency, requestsPerMinute };
      const { onCall, ...tells } = tellsOf(metrics, id);
      const onPause = tellPause(log, id, tells.onPause);
      const system = `source ${id}`;
      const gate = createSharedGate({ system, source: id, limits, storage, clock, random, onPause });
      open = { settings, source: createSource(settings, { gate, userAgent, onCall, retries, random }) };
      opened.set(id, open);
    }
    return open;
  };
}

function openDestinations(
  entries: readonly DestinationEntry[],
  { storage, metrics, log, clock, retries, random }: Deps,
): (id: string) => Destination {
  const opened = new Map<string, Destination>();
  return (id) => {
    const entry = destinationNamed(entries, id);
    let open = opened.get(id);
    if (!open) {
      const system = destinationSystem(id);
      const { onCall, ...tells } = tellsOf(metrics, system);
      const gate = createSharedGate({
        system: id === firstDestination ? 'the L&D services' : `destination ${id}`,
        source: system,
        storage,
        clock,
        random,
        limits: { concurrency: entry.settings.concurrency * 4, requestsPerMinute: undefined },
        onPause: tellPause(log, system, tells.onPause),
      });
      const givenIds = new GivenIdTable(storage, id);
      open = createDestination(entry, { gate, userAgent, onCall, retries, random, givenIds });
      opened.set(id, open);
    }
    return open;
  };
}

/** A source whose settings are wrong cannot say where its records go: its runs to all of them say what is wrong. */
function destinationsOf({ sources, destinations }: Settings, source: string): readonly string[] {
  const entry = sources.find(({ id }) => id === source);
  const named = entry?.ok ? entry.settings.destinations : undefined;
  return named ?? destinations.map(({ id }) => id);
}

/** A pause that goes unseen looks like a sync that does nothing: each is logged, with what the system answered. */
const tellPause =
  (log: Logger, system: string, count: ((seconds: number) => void) | undefined): OnPause =>
  (seconds, until, why) => {
    const fact = { system, until: utc(until), seconds: Math.round(seconds), why };
    log[seconds > 60 ? 'warn' : 'info'](fact, 'system asks for a pause');
    count?.(seconds);
  };

const names = (entries: readonly SourceEntry[]): string => entries.map(({ id }) => id).join(', ') || 'none';

let shared: App | undefined;

/**
 * The app of this process, put together at the first call, with its tables and queues there. Wrong settings are
 * looked at anew each time: nothing is cached of a failure.
 * @throws SettingsError; RetryableError when storage does not answer.
 */
export async function getApp(): Promise<App> {
  shared ??= createApp();
  await shared.storage.prepare();
  return shared;
}
