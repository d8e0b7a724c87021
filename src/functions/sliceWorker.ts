import { app } from '@azure/functions';
import { getApp } from '../lib/app';
import { stopping } from '../lib/stopping';
import { readSliceMessage } from '../lib/sync/messages';
import { workSlice } from '../lib/sync/slice';

app.storageQueue('sliceWorker', {
  queueName: 'sync-slices',
  connection: 'AzureWebJobsStorage',
  handler: async (message) => {
    const { engine } = await getApp();
    const { runId, slice } = readSliceMessage(message);
    await workSlice(engine, runId, slice, stopping);
  },
});
