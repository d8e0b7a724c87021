import { RestError, TableClient, type TableServiceClientOptions } from '@azure/data-tables';
import { QueueClient } from '@azure/storage-queue';
import type { Logger } from 'pino';
import { RetryableError } from '../errors';
import { credential } from '../settings/identity';
import type { StorageSettings } from '../settings/types';
import { type RowKeys, SkippedRows } from './skipped-rows';
import { StorageClock } from './storage-clock';
import { versionedDeletes } from './versioned-deletes';

type PipelinePolicy = NonNullable<TableServiceClientOptions['additionalPolicies']>[number]['policy'];

export const tableNames = [
  'feeds',
  'runs',
  'ledgercatalog',
  'ledgerlearners',
  'givenids',
  'inbox',
  'quarantine',
  'enrolments',
  'leases',
] as const;
export type TableName = (typeof tableNames)[number];

export const queueNames = ['sync-runs', 'sync-slices', 'webhook-events', 'enrolments'] as const;
export type QueueName = (typeof queueNames)[number];

/** The storage account: where all truth of the app lives. */
export interface Storage {
  table(name: TableName): Table;
  queue(name: QueueName): QueueClient;
  /** By storage's own clock, milliseconds since 1970. */
  now(): number;
  /** Creates the tables and queues that are missing. @throws RetryableError when storage does not answer. */
  prepare(): Promise<void>;
}

/** A table whose failures are told in the app's own words (see `storageError`). */
export type Table = Pick<
  TableClient,
  | 'getEntity'
  | 'createEntity'
  | 'updateEntity'
  | 'upsertEntity'
  | 'deleteEntity'
  | 'listEntities'
  | 'submitTransaction'
> & {
  /** To be told of a row that cannot be read, and so is left out. */
  readonly skipped: (row: RowKeys, error: Error) => void;
};

const retry = { maxRetries: 3, retryDelayInMs: 200, maxRetryDelayInMs: 2_000 };

export interface ConnectOptions {
  /** This machine's clock, milliseconds since 1970. */
  readonly local?: () => number;
  /** Told of rows that cannot be read. */
  readonly log?: Pick<Logger, 'error'>;
}

/** Connects to the account; asks nothing of it yet. */
export function connectStorage(settings: StorageSettings, { local, log }: ConnectOptions = {}): Storage {
  const clock = new StorageClock(local);
  const skipped = new SkippedRows(log, clock.local);
  const tables = new Map<TableName, TableClient & Table>();
  const queues = new Map<QueueName, QueueClient>();
  const table = (name: TableName): TableClient & Table =>
    cached(tables, name, () =>
      Object.assign(tableClient(settings, name, clock), {
        skipped: (row: RowKeys, error: Error) => skipped.tell(name, row, error),
      }),
    );
  const queue = (name: QueueName): QueueClient => cached(queues, name, () => queueClient(settings, name));
  let prepared: Promise<void> | undefined;
  const create = async (): Promise<void> => {
    await Promise.all([
      ...tableNames.map((name) => table(name).createTable()),
      ...queueNames.map((name) => queue(name).createIfNotExists()),
    ]);
  };
  return {
    table,
    queue,
    now: () => clock.now(),
    prepare() {
      prepared ??= create().catch((error: unknown) => {
        prepared = undefined;
        throw storageError(error);
      });
      return prepared;
    },
  };
}

function cached<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}

function tableClient(settings: StorageSettings, name: TableName, clock: StorageClock): TableClient {
  const shared: TableServiceClientOptions = {
    retryOptions: retry,
    additionalPolicies: [
      { policy: listening(clock), position: 'perRetry' },
      { policy: versionedDeletes, position: 'perCall' },
    ],
  };
  const options: TableServiceClientOptions = { allowInsecureConnection: true, ...shared };
  return settings.type === 'connectionString'
    ? TableClient.fromConnectionString(settings.connectionString, name, options)
    : new TableClient(settings.tableServiceUri, name, credential(settings.clientId), shared);
}

/** Looks at the time in each answer. */
const listening = (clock: StorageClock): PipelinePolicy => ({
  name: 'storageClock',
  async sendRequest(request, next) {
    const sentAt = clock.local();
    const response = await next(request);
    clock.heard(response.headers.get('date'), sentAt);
    return response;
  },
});

function queueClient(settings: StorageSettings, name: QueueName): QueueClient {
  const options = { retryOptions: { maxTries: 4, retryDelayInMs: 200, maxRetryDelayInMs: 2_000 } };
  return settings.type === 'connectionString'
    ? new QueueClient(settings.connectionString, name, options)
    : new QueueClient(`${settings.queueServiceUri}/${name}`, credential(settings.clientId), options);
}

/** The HTTP status that storage answered, or undefined when it did not answer. */
const statusOf = (error: unknown): number | undefined =>
  error instanceof RestError || (error as { name?: string } | undefined)?.name === 'RestError'
    ? (error as RestError).statusCode
    : undefined;

export const isMissing = (error: unknown): boolean => statusOf(error) === 404;
export const isConflict = (error: unknown): boolean => statusOf(error) === 412;
export const exists = (error: unknown): boolean => statusOf(error) === 409;

/** How @azure/identity names its failures, some of which tell a page about every credential that was tried. */
const noCredential =
  /^(AggregateAuthentication|Authentication|AuthenticationRequired|CredentialUnavailable)Error$/;

/** Says in one sentence what is wrong with the storage account; other errors pass as they are. */
export function storageError(error: unknown): unknown {
  const status = statusOf(error);
  if (noCredential.test(String((error as { name?: unknown } | undefined)?.name)))
    return new RetryableError(
      'No Azure credential was accepted for the storage account; sign in (az login), or run with a managed identity',
      undefined,
      { cause: error },
    );
  if (status === undefined && (error as { name?: string } | undefined)?.name !== 'RestError') return error;
  if (status === undefined)
    return new RetryableError(
      'The storage account does not answer; check AzureWebJobsStorage and the network',
      status,
      {
        cause: error,
      },
    );
  if (status === 401 || status === 403)
    return new RetryableError(
      'The storage account refuses this app; check AzureWebJobsStorage or the roles of the identity (Storage Table and Queue Data Contributor)',
      status,
      { cause: error },
    );
  if (status === 507 || status >= 500)
    return new RetryableError(
      `The storage account answers ${status}: it is full, busy or broken; look at the account of AzureWebJobsStorage, and try again`,
      status,
      {
        cause: error,
      },
    );
  return error;
}
