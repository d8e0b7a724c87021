import { SettingsError } from '../../errors';
import { define } from '../../settings/definition';
import { webAddress, jsonConstants, oneOf, text, wholeNumber } from '../../settings/parse';
import type { Secret } from '../../settings/secret';
import { readTokenAuth, tokenDefinitions, type TokenAuth } from '../../settings/token-auth';
import type { ReadSettings } from '../kind';
import { sharedDefinitions } from '../shared-settings';
import { createEncoder } from './encode';
import type { WireSettings } from './fields';

export interface LdSettings extends WireSettings {
  readonly baseUrl: string;
  readonly subscriptionKey: Secret | undefined;
  readonly auth: TokenAuth;
  readonly batchBytes: number;
}

export const ldDefinitions = {
  baseUrl: define({ schema: webAddress, required: true, doc: 'The address of the L&D services.' }),
  subscriptionKey: define({
    schema: text,
    secret: true,
    doc: 'API Management key, sent as `Ocp-Apim-Subscription-Key`.',
  }),
  submittedBy: define({ schema: text, required: true, doc: 'Who submits: goes out as `SubmittedBy`.' }),
  ...tokenDefinitions('entra', { doc: 'The scope asked for, such as `api://ld-services/.default`.' }),
  ...sharedDefinitions({ batchSize: [500, 10_000], concurrency: 4 }),
  batchBytes: define({
    schema: wholeNumber(1024, 10_485_760),
    default: '1048576',
    doc: 'Bytes of body a POST.',
  }),
  externalIdForm: define({
    schema: oneOf('stripped', 'full'),
    default: 'stripped',
    doc: '`stripped` sends `edX+DemoX+Demo`, `full` sends `course-v1:edX+DemoX+Demo`; the same in both feeds.',
  }),
  catalogDefaults: define({
    schema: jsonConstants,
    default: '{}',
    doc: 'JSON of constant fields of a course, such as `{"Brand":"Academy"}`; null leaves a field out.',
  }),
  consumptionDefaults: define({
    schema: jsonConstants,
    default: '{}',
    doc: 'JSON of constant fields of a consumption record, likewise.',
  }),
};

/** @param problems is added to. */
export const readLd: ReadSettings<typeof ldDefinitions, LdSettings> = (
  values,
  { id, prefix, env, problems },
) => {
  if (problems.length > 0) return undefined;
  const auth = readTokenAuth(values, prefix, env, problems);
  if (!auth) return undefined;
  const settings = { ...values, id, prefix, auth };
  try {
    createEncoder(settings);
    return settings;
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    problems.push(...error.problems);
    return undefined;
  }
};
