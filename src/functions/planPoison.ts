import { app } from '@azure/functions';
import { getApp } from '../lib/app';
import { readRunMessage } from '../lib/sync/messages';
import { abandonPlan } from '../lib/sync/run/plan';

app.storageQueue('planPoison', {
  queueName: 'sync-runs-poison',
  connection: 'AzureWebJobsStorage',
  handler: async (message) => {
    const { engine, log } = await getApp();
    log.error({ queue: 'sync-runs' }, 'message abandoned');
    await abandonPlan(engine, readRunMessage(message).runId);
  },
});
