import { app } from '@azure/functions';
import { getApp } from '../lib/app';
import { endRun } from '../lib/sync/finish';
import { readRunMessage } from '../lib/sync/messages';

app.storageQueue('planPoison', {
  queueName: 'sync-runs-poison',
  connection: 'AzureWebJobsStorage',
  handler: async (message) => {
    const { engine, log } = await getApp();
    log.error({ queue: 'sync-runs' }, 'message abandoned');
    await endRun(
      engine,
      readRunMessage(message).runId,
      'failed',
      'The run could not be planned; see the log',
    );
  },
});
