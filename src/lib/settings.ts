import { noDestination, noDestinationEntry } from './destinations/none';
import { destinationKinds } from './destinations/registry';
import { feedKinds, firstDestination } from './domain/feed';
import type { SettingsProblem } from './errors';
import { appDefinitions } from './settings/definitions';
import { type AppSettings, withEnvironment } from './settings/local-settings';
import { nearMisses } from './settings/near-misses';
import { destinationPrefix, readDestinations } from './settings/read-destinations';
import { readSources, sourceSettingNames } from './settings/read-sources';
import { type Environment, nearest, readGroup } from './settings/read-group';
import { secretReader, type SecretReader } from './settings/vault';
import type { Settings, StorageSettings } from './settings/types';

export type SettingsResult =
  | { readonly ok: true; readonly settings: Settings }
  | {
      readonly ok: false;
      readonly problems: readonly SettingsProblem[];
      readonly warnings: readonly SettingsProblem[];
    };

/**
 * Reads the app's settings, all of them, and reports all that is wrong. What is wrong with one source is kept
 * with that source (`settings.sources`), so that the others work; what harms nobody is a warning.
 */
export function readSettings(env: Environment = process.env): SettingsResult {
  const problems: SettingsProblem[] = [];
  // The vault's address is in the same group, and when it is wrong nothing is read from it.
  const early: SecretReader = (setting, value) => secretReader(env.KEY_VAULT_URL?.trim())(setting, value);
  const app = readGroup(appDefinitions, '', env, early, problems);
  const secrets = secretReader(app.KEY_VAULT_URL);
  const storage = readStorage(app, problems);
  const isNowhere = namesNoDestination(env);
  const destinations = isNowhere
    ? [noDestinationEntry]
    : readDestinations(app.DESTINATIONS ?? [], env, secrets, problems);
  const destinationIds = destinations.map(({ id }) => id);
  const ids = app.LMS_SOURCES ?? [];
  const sources = readSources(ids, { env, secrets, destinations }, problems);
  const warnings = [
    ...(isNowhere && ids.length > 0 ? [noDestination] : []),
    ...strayWarnings('LMS', ids, env),
    ...strayWarnings('DEST', destinationIds, env),
    ...nearMisses(allNames(ids, destinationIds), env, isJudged),
  ];
  if (problems.length > 0 || !storage) {
    const ofSources = sources.flatMap((source) => (source.ok ? [] : source.problems));
    return { ok: false, problems: [...problems, ...ofSources], warnings };
  }
  return {
    ok: true,
    settings: {
      storage,
      sources,
      warnings,
      destinations,
      catalogSchedule: app.CATALOG_SCHEDULE,
      consumptionSchedule: app.CONSUMPTION_SCHEDULE,
      timersOff: feedKinds.filter((kind) => isSwitchedOff(`${kind}Timer`, env)),
      retentionDays: app.RETENTION_DAYS,
      logLevel: app.LOG_LEVEL,
      // In Azure there is no disk to keep them on, and Application Insights has every line.
      logDir: env.WEBSITE_INSTANCE_ID ? undefined : app.LOG_DIR,
      metrics: app.OTEL_EXPORTER_OTLP_ENDPOINT
        ? {
            endpoint: app.OTEL_EXPORTER_OTLP_ENDPOINT,
            headers: app.OTEL_EXPORTER_OTLP_HEADERS,
            serviceName: app.OTEL_SERVICE_NAME,
            temporality: app.OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE,
          }
        : undefined,
    },
  };
}

/** As the Functions host reads it: `AzureWebJobs.<function>.Disabled`, with `__` for the dots where those cannot be. */
const isSwitchedOff = (name: string, env: Environment): boolean =>
  ['.', '__'].some((dot) => /^(true|1)$/i.test(env[`AzureWebJobs${dot}${name}${dot}Disabled`] ?? ''));

/**
 * Puts the values of a local.settings.json into the environment, as the Functions host does, so that the Azure SDK
 * finds its own there too. What the environment sets already stays.
 */
export function fillEnvironment(file: AppSettings | undefined): Environment {
  return Object.assign(process.env, withEnvironment(file, process.env));
}

/**
 * The schedule for a timer trigger: resolved by the host from the app settings, or the default when it is not
 * set (the host refuses a function whose `%SETTING%` does not exist). Safe to call while a file loads.
 */
export function timerSchedule(setting: 'CATALOG_SCHEDULE' | 'CONSUMPTION_SCHEDULE'): string {
  return process.env[setting] ? `%${setting}%` : appDefinitions[setting].default;
}

function readStorage(
  app: {
    AzureWebJobsStorage: string | undefined;
    AzureWebJobsStorage__tableServiceUri: string | undefined;
    AzureWebJobsStorage__queueServiceUri: string | undefined;
    AzureWebJobsStorage__clientId: string | undefined;
  },
  problems: SettingsProblem[],
): StorageSettings | undefined {
  const tableServiceUri = app.AzureWebJobsStorage__tableServiceUri;
  const queueServiceUri = app.AzureWebJobsStorage__queueServiceUri;
  if (tableServiceUri && queueServiceUri)
    return {
      type: 'identity',
      tableServiceUri,
      queueServiceUri,
      clientId: app.AzureWebJobsStorage__clientId,
    };
  const connectionString = app.AzureWebJobsStorage;
  if (
    connectionString &&
    /^UseDevelopmentStorage=true|AccountName=|SharedAccessSignature=/i.test(connectionString)
  )
    return { type: 'connectionString', connectionString };
  problems.push({
    setting: 'AzureWebJobsStorage',
    message: connectionString
      ? 'is not a connection string of a storage account'
      : 'is missing: give a connection string, or AzureWebJobsStorage__tableServiceUri and …__queueServiceUri',
  });
  return undefined;
}

/** Below these levels every unknown name is a problem or a warning of its own. */
const isJudged = (name: string): boolean => /^(?:LMS|DEST)__.+?__|^LD__/.test(name);

function allNames(sources: readonly string[], destinations: readonly string[]): string[] {
  const below = (prefix: string, names: readonly string[]) => names.map((name) => prefix + name);
  const kinds = Object.values(destinationKinds).flatMap(({ definitions }) => Object.keys(definitions));
  const ofDestinations = ['kind', ...new Set(kinds)];
  return [
    ...Object.keys(appDefinitions),
    ...sources.flatMap((id) => below(`LMS__${id}__`, sourceSettingNames)),
    ...[...new Set([firstDestination, ...destinations])].flatMap((id) =>
      below(destinationPrefix(id), ofDestinations),
    ),
  ];
}

/** Whoever sets nothing of any destination wants to look first: there are dry runs, and a warning. */
const namesNoDestination = (env: Environment): boolean =>
  !Object.entries(env).some(
    ([name, value]) => /^(?:DESTINATIONS$|LD__|DEST__)/.test(name) && (value ?? '').trim() !== '',
  );

const listedBy = { LMS: 'LMS_SOURCES', DEST: 'DESTINATIONS' } as const;
const nounOf = { LMS: 'source', DEST: 'destination' } as const;

/**
 * Settings of an id that LMS_SOURCES, or DESTINATIONS, does not name: one warning an id. They harm nobody: it may have
 * been taken out for a while, and one whose setting is misspelt says what it lacks.
 */
function strayWarnings(
  level: keyof typeof listedBy,
  ids: readonly string[],
  env: Environment,
): SettingsProblem[] {
  const list = listedBy[level];
  const stray = new Map<string, string[]>();
  for (const setting of Object.keys(env)) {
    const [, of, id] = /^(LMS|DEST)__(.+?)__/.exec(setting) ?? [];
    if (of === level && id !== undefined && !ids.includes(id))
      stray.set(id, [...(stray.get(id) ?? []), setting]);
  }
  return [...stray].map(([id, [first = '', ...more]]) => {
    const near = nearest(id, ids);
    const setting = more.length > 0 ? `${level}__${id}__…` : first;
    return {
      setting,
      message: `belongs to no ${nounOf[level]} of ${list}; ${near ? `did you mean ${setting.replace(id, near)}?` : `add ${id} to ${list} or take it out`}`,
    };
  });
}
