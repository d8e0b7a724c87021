import { app } from '@azure/functions';
import { getApp } from '../lib/app';
import { stopping } from '../lib/stopping';
import { beginRun } from '../lib/sync/run/begin';
import { readRunMessage } from '../lib/sync/messages';

app.storageQueue('planWorker', {
  queueName: 'sync-runs',
  connection: 'AzureWebJobsStorage',
  handler: async (message) => {
    const { engine } = await getApp();
    await beginRun(engine, readRunMessage(message), stopping);
  },
});
