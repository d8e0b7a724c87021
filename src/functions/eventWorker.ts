import { app } from '@azure/functions';
import { getApp } from '../lib/app';
import { stopping } from '../lib/stopping';
import { readEventMessage } from '../lib/sync/messages';
import { applyEvent } from '../lib/webhooks/apply-event';

app.storageQueue('eventWorker', {
  queueName: 'webhook-events',
  connection: 'AzureWebJobsStorage',
  handler: async (message) => {
    const { engine } = await getApp();
    await applyEvent(engine, readEventMessage(message).eventId, stopping);
  },
});
