import { app } from '@azure/functions';
import { getApp } from '../lib/app';
import { timerSchedule } from '../lib/settings';
import { stopping } from '../lib/stopping';
import { beginRuns } from '../lib/sync/run/begin';
import { tick } from '../lib/sync/tick';

app.timer('consumptionTimer', {
  schedule: timerSchedule('CONSUMPTION_SCHEDULE'),
  handler: async () => {
    const { engine, settings } = await getApp();
    const runs = await tick(engine, settings, 'consumption', true);
    await beginRuns(engine, runs, stopping);
  },
});
