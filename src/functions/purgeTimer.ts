import { app } from '@azure/functions';
import { getApp } from '../lib/app';
import { purge } from '../lib/sync/purge';

app.timer('purgeTimer', {
  schedule: '0 40 3 * * *',
  handler: async () => {
    const { engine, settings } = await getApp();
    await purge(engine, settings.retentionDays);
  },
});
