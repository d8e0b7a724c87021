import { app } from '@azure/functions';
import { getApp } from '../lib/app';
import { sweep } from '../lib/sync/run/sweep';

app.timer('sweepTimer', {
  schedule: '30 * * * * *',
  handler: async () => {
    const { engine } = await getApp();
    await sweep(engine);
  },
});
