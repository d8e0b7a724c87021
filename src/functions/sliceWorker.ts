import { app } from '@azure/functions';
import { getApp } from '../lib/app';
import { stopping } from '../lib/stopping';
import { workLane } from '../lib/sync/run/lane';
import { readSliceMessage } from '../lib/sync/messages';

app.storageQueue('sliceWorker', {
  queueName: 'sync-slices',
  connection: 'AzureWebJobsStorage',
  handler: async (message) => {
    const { engine } = await getApp();
    await workLane(engine, readSliceMessage(message), stopping);
  },
});
