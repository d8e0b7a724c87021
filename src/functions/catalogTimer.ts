import { app } from '@azure/functions';
import { getApp } from '../lib/app';
import { timerSchedule } from '../lib/settings';
import { tick } from '../lib/sync/tick';

app.timer('catalogTimer', {
  schedule: timerSchedule('CATALOG_SCHEDULE'),
  handler: async () => {
    const { engine, settings } = await getApp();
    await tick(engine, settings, 'catalog');
  },
});
