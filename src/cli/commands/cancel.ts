import { runView } from '../../lib/api/run-view';
import { isEnded } from '../../lib/domain/run';
import { cancelRun } from '../../lib/sync/run/cancel';
import { onlyWord } from '../words';
import { exitCodes, type StorageCommand } from './command';
import { noSuchRun } from './run';

export const cancel: StorageCommand = {
  name: 'cancel',
  needs: 'storage',
  flags: {},
  usage: 'cancel ID',
  what: 'end a run; what was sent stays sent',
  help: `Cancels a run. Its workers see it within seconds and stop; what they sent stays sent, and the next run goes on
from there. A run that has ended already is left as it is.

  lms-bridge cancel ID [--json]

${exitCodes}

Examples
  npx lms-bridge cancel openedx-consumption-20260131T000000Z-1a2b3c
`,
  async run(given, desk) {
    const id = onlyWord(given, 'cancel ID, as lms-bridge runs lists it');
    const { engine } = await desk.open();
    const before = await engine.runs.read(id);
    const now = await cancelRun(engine, id);
    if (!before || !now) throw noSuchRun(id);
    desk.show(runView(now), () => {
      if (isEnded(before)) return `The run ${id} had ended before: ${before.state}.\n`;
      return isEnded(now)
        ? `The run ${id} is ${now.state}.\n`
        : `The run ${id} is told to stop; its workers do within seconds.\n`;
    });
    return 0;
  },
};
