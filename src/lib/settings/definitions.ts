import { z } from 'zod';
import { define } from './definition';
import {
  webAddress,
  flag,
  instant,
  list,
  oneOf,
  pointers,
  schedule,
  text,
  timeZone,
  wholeNumber,
} from './parse';

export const appDefinitions = {
  AzureWebJobsStorage: define({
    schema: text,
    secret: false,
    doc: 'Connection string of the storage account for tables and queues. Leave it out when the `AzureWebJobsStorage__…` forms below are used.',
  }),
  AzureWebJobsStorage__tableServiceUri: define({
    schema: webAddress,
    doc: 'Table endpoint, for access with an identity.',
  }),
  AzureWebJobsStorage__queueServiceUri: define({
    schema: webAddress,
    doc: 'Queue endpoint, for access with an identity.',
  }),
  AzureWebJobsStorage__clientId: define({
    schema: text,
    doc: 'Client id of the user-assigned identity; left out for the system-assigned one.',
  }),
  KEY_VAULT_URL: define({ schema: webAddress, doc: 'The vault that `kv:NAME` values are read from.' }),
  CATALOG_SCHEDULE: define({
    schema: schedule,
    default: '0 0 2 * * *',
    doc: 'When catalogs are synced: six-field NCRONTAB, UTC.',
  }),
  CONSUMPTION_SCHEDULE: define({
    schema: schedule,
    default: '0 */15 * * * *',
    doc: 'When consumption is synced: six-field NCRONTAB, UTC.',
  }),
  LMS_SOURCES: define({
    schema: list,
    default: '',
    doc: 'The sources’ ids, by comma: lower-case letters and digits. Each has its settings under `LMS__<id>__…`.',
  }),
  DESTINATIONS: define({
    schema: list,
    default: 'ld',
    doc: 'The destinations’ ids, by comma: lower-case letters and digits. `ld` has its settings under `LD__…`, each other one under `DEST__<id>__…`.',
  }),
  RETENTION_DAYS: define({
    schema: wholeNumber(1, 3650),
    default: '30',
    doc: 'How long runs, events, quarantine and batches of enrolments are kept, in days.',
  }),
  LOG_LEVEL: define({
    schema: oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
    default: 'info',
    doc: 'What is logged.',
  }),
  LOG_DIR: define({
    schema: text,
    doc: 'Local host and command line only: a folder for `course_catalog.log` and `course_consumption.log`, a new file a day, the ten of the days before kept.',
  }),
  OTEL_EXPORTER_OTLP_ENDPOINT: define({
    schema: webAddress,
    doc: 'Where metrics go: OTLP, JSON over HTTP; `/v1/metrics` is added. Left out: there are none.',
  }),
  OTEL_EXPORTER_OTLP_HEADERS: define({
    schema: text,
    secret: true,
    doc: 'Headers for that endpoint: `name=value` pairs, by comma.',
  }),
  OTEL_SERVICE_NAME: define({ schema: text, default: 'lms-bridge', doc: 'What metrics call this app.' }),
  OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: define({
    schema: oneOf('delta', 'cumulative'),
    default: 'delta',
    doc: 'Whether counts are told as what came since the last time, or as sums (for Prometheus).',
  }),
};

/** The settings that every source has; a kind adds its own in its folder's settings.ts. */
export const sourceDefinitions = {
  baseUrl: define({
    schema: webAddress,
    required: true,
    doc: 'Its address; `https:`, except to this machine.',
  }),
  sourceSystemId: define({
    schema: z
      .string()
      .trim()
      .regex(/^(\d{1,9})?$/, 'must be a number, as the L&D services gave it'),
    default: '',
    doc: 'Its number at the L&D services; needed by every source that has a catalog or results.',
  }),
  destinations: define({
    schema: list,
    doc: 'Where its records go: ids of DESTINATIONS, by comma. Left out: to all.',
  }),
  enabled: define({ schema: flag, default: 'true', doc: 'Whether timers sync it.' }),
  catalogSchedule: define({
    schema: schedule,
    doc: 'Its own schedule for the catalog: it runs at the first timer tick after each occurrence.',
  }),
  consumptionSchedule: define({
    schema: schedule,
    doc: 'Its own schedule for consumption, likewise. Consumption that is read course by course runs nightly unless this says otherwise.',
  }),
  webhookSecret: define({
    schema: text,
    secret: true,
    doc: 'Standard Webhooks secret; several, by space, while one replaces another.',
  }),
  webhookCode: define({
    schema: text,
    secret: true,
    doc: 'Function key that `lms-bridge webhooks register` puts into addresses, when it is given none with `--code`. The app itself does not need it.',
  }),
  webhookTypePointers: define({
    schema: pointers,
    default: '',
    doc: 'Further places, by comma, where a webhook’s body names its event type: JSON pointers such as `/meta/type`. They are looked at before the built-in ones.',
  }),
  webhookCoursePointers: define({
    schema: pointers,
    default: '',
    doc: 'Likewise, where it names the course.',
  }),
  webhookLearnerPointers: define({
    schema: pointers,
    default: '',
    doc: 'Likewise, where it names the learner’s mail address.',
  }),
  requestsPerMinute: define({
    schema: wholeNumber(1, 100_000),
    doc: 'The most requests a minute, over all instances.',
  }),
  pageSize: define({ schema: wholeNumber(1, 1000), default: '100', doc: 'Rows asked for in a page.' }),
  concurrency: define({ schema: wholeNumber(1, 64), default: '8', doc: 'Calls in flight.' }),
  parallelSlices: define({
    schema: wholeNumber(1, 64),
    default: '4',
    doc: 'Parts of a run worked at the same time, over all instances; 1 when `requestsPerMinute` is set.',
  }),
  maxRowsPerSlice: define({
    schema: wholeNumber(100, 100_000),
    default: '20000',
    doc: 'Rows that one part of a run holds at the most.',
  }),
  since: define({
    schema: instant,
    default: '2012-01-01',
    doc: 'Results that are read by time: where their first sync starts.',
  }),
  lagMinutes: define({
    schema: wholeNumber(0, 1440),
    default: '10',
    doc: 'Likewise: how far behind the server’s clock they are read, so that late commits are seen.',
  }),
  timeZone: define({
    schema: timeZone,
    default: 'UTC',
    doc: 'The zone in which the server reads and writes times without one.',
  }),
  relookHours: define({
    schema: wholeNumber(0, 720),
    default: '0',
    doc: 'Results that are read by time: once a night, re-read this much before the watermark; it is not moved back.',
  }),
};
