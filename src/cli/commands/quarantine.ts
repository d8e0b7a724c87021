import { recordView, type RecordView } from '../../lib/api/quarantine';
import { feedKinds } from '../../lib/domain/feed';
import { mustBeKnown } from '../../lib/sync/feeds-of';
import { sourceMustBeKnown } from '../../lib/sync/known-source';
import { table } from '../table';
import { limitOf, noMore, oneOf, valueOf } from '../words';
import { exitCodes, type StorageCommand, text } from './command';

export const quarantine: StorageCommand = {
  name: 'quarantine',
  needs: 'storage',
  flags: { source: text, kind: text, destination: text, limit: text },
  usage: 'quarantine [flags]',
  what: 'records that were refused or unreadable, and why',
  help: `Lists records that could not be mapped, or that a destination refused. The rows themselves are not shown:
they may name a learner.

  lms-bridge quarantine [flags]

  --source ID  only of this source
  --kind KIND  only catalog or consumption
  --destination ID  only for this destination
  --limit N    so many at the most; left out: 50
  --json       one JSON object

${exitCodes}

Examples
  npx lms-bridge quarantine --source openedx
  npx lms-bridge replay quarantine
`,
  async run(given, desk) {
    noMore(given.words);
    const kind = oneOf(given, 'kind', feedKinds);
    const limit = limitOf(given);
    const source = valueOf(given, 'source');
    const destination = valueOf(given, 'destination');
    const { engine } = await desk.open();
    await mustBeKnown(engine, destination);
    await sourceMustBeKnown(engine, source);
    const records: RecordView[] = [];
    const pageSize = Math.min(limit, 1000);
    for await (const record of engine.quarantine.list({
      kind,
      pageSize,
      ...(source && { source }),
      ...(destination && { destination }),
    }))
      if (records.push(recordView(record)) >= limit) break;
    desk.show({ records }, () =>
      records.length === 0
        ? 'Nothing is in quarantine.\n'
        : table([
            ['since', 'record', 'course', 'reason'],
            ...records.map(({ at, id, courseId, reason, status }) => [
              at,
              id,
              courseId ?? '-',
              status && !reason.includes(String(status)) ? `${reason} (answer ${status})` : reason,
            ]),
          ]),
    );
    return 0;
  },
};
