import { app } from '@azure/functions';
import { getApp } from '../lib/app';
import { abandonBatch } from '../lib/enrolments/work-batch';
import { readBatchMessage } from '../lib/sync/messages';

app.storageQueue('enrolmentPoison', {
  queueName: 'enrolments-poison',
  connection: 'AzureWebJobsStorage',
  handler: async (message) => {
    const { engine, log } = await getApp();
    log.error({ queue: 'enrolments' }, 'message abandoned');
    await abandonBatch(engine, readBatchMessage(message).batchId);
  },
});
