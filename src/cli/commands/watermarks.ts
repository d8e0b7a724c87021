import { towards } from '../../lib/domain/feed';
import { listWatermarks } from '../../lib/sync/watermarks';
import { inTime, table } from '../table';
import { noMore } from '../words';
import { exitCodes, type StorageCommand } from './command';

export const watermarks: StorageCommand = {
  name: 'watermarks',
  flags: {},
  usage: 'watermarks',
  what: 'how far each source is delivered',
  help: `Lists how far the results of each source that is read by time are delivered.

  lms-bridge watermarks [--json]

${exitCodes}

Examples
  npx lms-bridge watermarks
`,
  async run({ words }, desk) {
    noMore(words);
    const { engine } = await desk.open();
    const found = await listWatermarks(engine);
    desk.show({ watermarks: found }, () =>
      found.length === 0
        ? 'There are no watermarks yet: nothing was delivered, or no source is read by time.\n'
        : table([
            ['source', 'kind', 'delivered until', 'behind the clock'],
            ...found.map(({ source, kind, destination, value, lagSeconds }) => [
              source,
              kind + towards(destination),
              value,
              inTime(lagSeconds * 1000),
            ]),
          ]),
    );
    return 0;
  },
};
