import { app } from '@azure/functions';
import { getApp } from '../lib/app';
import { workBatch } from '../lib/enrolments/work-batch';
import { stopping } from '../lib/stopping';
import { readBatchMessage } from '../lib/sync/messages';

app.storageQueue('enrolmentWorker', {
  queueName: 'enrolments',
  connection: 'AzureWebJobsStorage',
  handler: async (message) => {
    const { engine } = await getApp();
    await workBatch(engine, readBatchMessage(message).batchId, stopping);
  },
});
