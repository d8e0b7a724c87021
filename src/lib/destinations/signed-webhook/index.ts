import { defineDestinationKind } from '../kind';
import { checkWebhook } from './check';
import { createWebhookClient, deadlineMs } from './client';
import { createEncoder } from './encode';
import { readWebhook, webhookDefinitions } from './settings';

/** What is usual for a receiver to take. */
const batchBytes = 1_048_576;

export const signedWebhook = defineDestinationKind({
  title: 'Anyone’s own endpoint: CloudEvents in batches, signed by Standard Webhooks',
  definitions: webhookDefinitions,
  read: readWebhook,
  takes: ['catalog', 'consumption'],
  create: (settings, deps) => ({
    // The address is a secret, and may stand in the vault: after another one, `sync --full` tells it everything.
    shape: '',
    limits: { batchSize: settings.batchSize, batchBytes, concurrency: settings.concurrency, deadlineMs },
    ...createEncoder(settings),
    send: createWebhookClient(settings, deps),
  }),
  checks: checkWebhook,
});
