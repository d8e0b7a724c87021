import type { FeedKind } from '../domain/feed';
import type { SettingsProblem } from '../errors';
import type { Utc } from '../domain/time';
import type { Secret } from './secret';

/** The settings, read and checked. What is wrong with one source is kept with that source alone. */
export interface Settings {
  readonly storage: StorageSettings;
  readonly sources: readonly SourceEntry[];
  /** What a person should look at, and what works all the same. */
  readonly warnings: readonly SettingsProblem[];
  /** At least one of them can be used. */
  readonly destinations: readonly DestinationEntry[];
  readonly catalogSchedule: string;
  readonly consumptionSchedule: string;
  /** Kinds of feed whose timer function the platform was told not to run. */
  readonly timersOff: readonly FeedKind[];
  readonly retentionDays: number;
  readonly logLevel: string;
  readonly logDir: string | undefined;
  /** Undefined: no metrics. */
  readonly metrics: MetricsSettings | undefined;
}

export interface MetricsSettings {
  /** An origin, perhaps with a path, without a slash at the end. */
  readonly endpoint: string;
  readonly headers: Secret | undefined;
  readonly serviceName: string;
  readonly temporality: 'delta' | 'cumulative';
}

export type StorageSettings =
  | { readonly type: 'connectionString'; readonly connectionString: string }
  | {
      readonly type: 'identity';
      readonly tableServiceUri: string;
      readonly queueServiceUri: string;
      readonly clientId: string | undefined;
    };

export type SourceEntry =
  | { readonly id: string; readonly ok: true; readonly settings: SourceSettings }
  | {
      readonly id: string;
      readonly ok: false;
      readonly problems: readonly SettingsProblem[];
    };

export type DestinationEntry =
  | { readonly id: string; readonly ok: true; readonly kind: string; readonly settings: DestinationSettings }
  | { readonly id: string; readonly ok: false; readonly problems: readonly SettingsProblem[] };

/** What every destinationKind shares; a kind adds its own in its folder's settings.ts. */
export interface DestinationSettings {
  readonly id: string;
  /** What its settings' names start with, e.g. `LD__`. */
  readonly prefix: string;
  /** Lower-cased; none: all. */
  readonly learnerDomains: readonly string[];
  readonly batchSize: number;
  /** Calls of one slice in flight. */
  readonly concurrency: number;
}

/** What every sourceKind shares; a kind adds its own in its folder's settings.ts. */
export interface SourceSettings {
  readonly id: string;
  readonly kind: string;
  /** An origin, perhaps with a path, without a slash at the end. */
  readonly baseUrl: string;
  readonly sourceSystemId: string;
  /** Ids of the destinations that its records go to; undefined: all. */
  readonly destinations?: readonly string[] | undefined;
  readonly enabled: boolean;
  readonly catalogSchedule: string | undefined;
  readonly consumptionSchedule: string | undefined;
  readonly webhookSecret: Secret | undefined;
  /** The function key for the addresses of webhooks. */
  readonly webhookCode?: Secret | undefined;
  /** JSON pointers, beside the built-in ones. */
  readonly webhookTypePointers?: readonly string[];
  readonly webhookCoursePointers?: readonly string[];
  readonly webhookLearnerPointers?: readonly string[];
  readonly requestsPerMinute: number | undefined;
  readonly pageSize: number;
  readonly concurrency: number;
  readonly parallelSlices: number;
  readonly maxRowsPerSlice: number;
  /** Where the first sync of results that are read by time starts. */
  readonly since: Utc;
  readonly lagMinutes: number;
  readonly timeZone: string;
  readonly relookHours: number;
}
