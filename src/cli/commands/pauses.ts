import { endPause } from '../../lib/sync/end-pause';
import { table } from '../table';
import { UsageError } from '../usage-error';
import { noMore } from '../words';
import { exitCodes, type StorageCommand } from './command';

export const pauses: StorageCommand = {
  name: 'pauses',
  words: ['end'],
  needs: 'storage',
  flags: {},
  usage: 'pauses [end SYSTEM]',
  what: 'systems that asked to be left alone; end a pause',
  help: `Lists the systems that asked to be left alone, with what they answered and until when. No call goes to them
before. "end" ends such a pause at once: the next call goes alone and tells how the system is.

  lms-bridge pauses [--json]
  lms-bridge pauses end SYSTEM [--json]

${exitCodes}

Examples
  npx lms-bridge pauses
  npx lms-bridge pauses end openedx
`,
  async run({ words: [verb, system, ...more] }, desk) {
    noMore(more);
    if (verb !== undefined && verb !== 'end') throw new UsageError('Say pauses, or pauses end SYSTEM');
    if (verb === 'end' && system === undefined)
      throw new UsageError('Say which: pauses end SYSTEM, as lms-bridge pauses lists it');
    const { engine } = await desk.open();
    if (system !== undefined) {
      const ended = await endPause(engine, system);
      desk.show({ system, ended }, () =>
        ended ? `The pause of ${system} is over; it is called again.\n` : `${system} is not paused.\n`,
      );
      return ended ? 0 : 1;
    }
    const found = await engine.pauses.list(engine.now());
    desk.show({ pauses: found }, () =>
      found.length === 0
        ? 'No system asked to be left alone.\n'
        : table([
            ['system', 'left alone until', 'it answered'],
            ...found.map((pause) => [pause.system, pause.until, pause.why ?? '']),
          ]),
    );
    return 0;
  },
};
