const { app } = require('@azure/functions');
const { setTimeout: sleep } = require('node:timers/promises');
const { record } = require('../recorder');

app.timer('everySecond', {
  schedule: '* * * * * *',
  handler: async (timer) => {
    record('tick', { timer });
    await sleep(1_300);
    record('tock');
  },
});
app.timer('bySetting', { schedule: '%FIXTURE_SCHEDULE%', handler: () => record('bySetting') });
app.timer('notSet', { schedule: '%FIXTURE_NOT_SET%', handler: () => record('notSet') });
app.timer('badSchedule', { schedule: '0 0 25 * * *', handler: () => record('badSchedule') });
app.timer('newYear', { schedule: '0 0 0 1 1 *', handler: (timer) => record('newYear', { timer }) });
