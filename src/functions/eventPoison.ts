import { app } from '@azure/functions';
import { getApp } from '../lib/app';
import { readEventMessage } from '../lib/sync/messages';
import { abandonEvent } from '../lib/webhooks/apply-event';

app.storageQueue('eventPoison', {
  queueName: 'webhook-events-poison',
  connection: 'AzureWebJobsStorage',
  handler: async (message) => {
    const { engine, log } = await getApp();
    log.error({ queue: 'webhook-events' }, 'message abandoned');
    await abandonEvent(engine, readEventMessage(message).eventId);
  },
});
