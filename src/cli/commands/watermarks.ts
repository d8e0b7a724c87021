import { towards } from '../../lib/domain/feed';
import { sourceMustBeKnown } from '../../lib/sync/known-source';
import { listWatermarks } from '../../lib/sync/watermarks';
import { inTime, table } from '../table';
import { noMore, valueOf } from '../words';
import { exitCodes, type StorageCommand, text } from './command';

export const watermarks: StorageCommand = {
  name: 'watermarks',
  needs: 'storage',
  flags: { source: text, destination: text },
  usage: 'watermarks [flags]',
  what: 'how far each source is delivered',
  help: `Lists how far the results of each source that is read by time are delivered.

  lms-bridge watermarks [flags]

  --source ID       only of this source
  --destination ID  only to this destination
  --json            one JSON object

${exitCodes}

Examples
  npx lms-bridge watermarks
`,
  async run(given, desk) {
    noMore(given.words);
    const asked = { source: valueOf(given, 'source'), destination: valueOf(given, 'destination') };
    const { engine } = await desk.open();
    await sourceMustBeKnown(engine, asked.source);
    const found = await listWatermarks(engine, asked);
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
