import { define } from '../../settings/definition';
import { webAddress, text } from '../../settings/parse';
import { readTokenAuth, tokenDefinitions, type TokenAuth } from '../../settings/token-auth';
import type { DestinationSettings } from '../../settings/types';
import type { ReadSettings } from '../kind';
import { sharedDefinitions } from '../shared-settings';
import { mostSteps } from './step';

export interface VivaSettings extends DestinationSettings {
  readonly providerId: string;
  readonly baseUrl: string;
  readonly languageTag: string;
  readonly auth: TokenAuth;
}

const guid = text.regex(
  /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i,
  'must be the id of a learning provider, such as 13727311-e7bb-470d-8b20-6a23d9030d70',
);
const languageTag = text
  .toLowerCase()
  .regex(/^[a-z]{2,3}(-[a-z\d]{2,8})*$/, 'must be a language and perhaps a region, such as en-us');

export const vivaDefinitions = {
  providerId: define({
    schema: guid,
    required: true,
    doc: 'The id that Viva Learning gave when the provider was registered.',
  }),
  baseUrl: define({
    schema: webAddress,
    default: 'https://graph.microsoft.com/v1.0',
    doc: 'Microsoft Graph, with its version.',
  }),
  languageTag: define({
    schema: languageTag,
    default: 'en-us',
    doc: 'The language of courses whose source names none.',
  }),
  ...tokenDefinitions('managed-identity', {
    default: 'https://graph.microsoft.com/.default',
    doc: 'The scope asked for.',
  }),
  ...sharedDefinitions({ batchSize: [mostSteps, mostSteps], concurrency: 4 }),
};

export const readViva: ReadSettings<typeof vivaDefinitions, VivaSettings> = (values, context) => {
  const { id, prefix, env, problems } = context;
  if (problems.length > 0) return undefined;
  const auth = readTokenAuth(values, prefix, env, problems);
  return auth && { ...values, id, prefix, auth };
};
