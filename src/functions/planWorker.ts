import { app } from '@azure/functions';
import { getApp } from '../lib/app';
import { stopping } from '../lib/stopping';
import { readRunMessage } from '../lib/sync/messages';
import { planRun } from '../lib/sync/plan';

app.storageQueue('planWorker', {
  queueName: 'sync-runs',
  connection: 'AzureWebJobsStorage',
  handler: async (message) => {
    const { engine } = await getApp();
    await planRun(engine, readRunMessage(message).runId, stopping);
  },
});
