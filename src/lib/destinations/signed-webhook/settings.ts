import { define } from '../../settings/definition';
import { secretAddress, signingSecrets } from '../../settings/parse';
import type { Secret } from '../../settings/secret';
import type { DestinationSettings } from '../../settings/types';
import type { ReadSettings } from '../kind';
import { sharedDefinitions } from '../shared-settings';

export interface WebhookSettings extends DestinationSettings {
  /** Power Automate and Logic Apps put a signature into it: it is a secret. */
  readonly url: Secret;
  /** One or more, by space. */
  readonly secret: Secret;
}

export const webhookDefinitions = {
  url: define({
    schema: secretAddress,
    required: true,
    secret: true,
    doc: 'Where batches are sent; may carry a query, such as the signature of Power Automate’s trigger.',
  }),
  secret: define({
    schema: signingSecrets,
    required: true,
    secret: true,
    doc: 'Standard Webhooks secret (`whsec_…`); several, by space, while one replaces another: each signs.',
  }),
  ...sharedDefinitions({ batchSize: [100, 1_000], concurrency: 4 }),
};

export const readWebhook: ReadSettings<typeof webhookDefinitions, WebhookSettings> = (values, context) => {
  const { id, prefix, problems } = context;
  const { url, secret } = values;
  return problems.length === 0 && url && secret ? { ...values, id, prefix, url, secret } : undefined;
};
