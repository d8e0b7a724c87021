import { app } from '@azure/functions';
import { getApp } from '../lib/app';
import { readSliceMessage } from '../lib/sync/messages';
import { abandonSlice } from '../lib/sync/run/work-slice';

app.storageQueue('slicePoison', {
  queueName: 'sync-slices-poison',
  connection: 'AzureWebJobsStorage',
  handler: async (message) => {
    const { engine, log } = await getApp();
    log.error({ queue: 'sync-slices' }, 'message abandoned');
    const { runId, slice } = readSliceMessage(message);
    await abandonSlice(engine, runId, slice);
  },
});
