import { towards } from '../../lib/domain/feed';
import type { WatermarkChange } from '../../lib/sync/watermarks';
import { planWatermarks, setWatermark } from '../../lib/sync/watermarks';
import { inTime } from '../table';
import { UsageError } from '../usage-error';
import { needed, noMore, shown, valueOf } from '../words';
import { exitCodes, flag, type StorageCommand, text } from './command';

export const watermark: StorageCommand = {
  name: 'watermark',
  words: ['set'],
  needs: 'storage',
  flags: { source: text, destination: text, yes: flag },
  usage: 'watermark set --source ID TIME',
  what: 'deliver again, or leave out; asks first',
  help: `Sets how far a source's results count as delivered, and says first what that means. Set back: what the source
changed since is read and sent again. Set forward: what it changed in between is left out.
Refused while a run is at the feed, in the future, and before the source's setting “since”.

  lms-bridge watermark set --source ID TIME [--destination ID] [--yes] [--json]

  --source ID  the source
  --destination ID  only for this destination; left out: all
  --yes        do not ask; needed where nobody can be asked
  --json       one JSON object

${exitCodes}

Examples
  npx lms-bridge watermark set --source openedx 2026-01-31T00:00:00Z
`,
  async run(given, desk) {
    const [verb, value, ...more] = given.words;
    if (verb !== 'set')
      throw new UsageError(
        verb === undefined
          ? 'Write watermark set --source ID TIME'
          : `${shown(verb)} is not a word for this command; write watermark set`,
      );
    const source = needed(given, 'source', 'openedx');
    if (value === undefined)
      throw new UsageError('Say until when: watermark set --source ID 2026-01-31T00:00:00Z');
    noMore(more);
    const { stderr, ask } = desk.terminal;
    const { engine } = await desk.open();
    const destination = valueOf(given, 'destination');
    const changes = await planWatermarks(engine, { source, destination }, value);
    const due = changes.filter(({ from, to }) => from !== to);
    const meanings = due.map(meaning).join('\n');
    const [{ to } = { to: value }] = changes;
    const watermarks = changes.map((change) => ({
      destination: change.feed.destination,
      from: change.from ?? null,
      to: change.to,
      set: change.from !== change.to,
    }));
    const [only] = watermarks;
    // As it was when there was one destination, which most have.
    const answer = only && watermarks.length === 1 ? { source, ...only } : { source, watermarks };
    if (due.length === 0) {
      desk.show(answer, () => `The watermark of ${source} is ${to} already.\n`);
      return 0;
    }
    if (given.values.yes !== true) {
      if (!ask) throw new UsageError(`${meanings} Nothing was changed: write --yes to do it`);
      stderr.write(`${meanings}\n`);
      const said = await ask('Set it? (yes/no) ');
      if (!/^y(es)?$/i.test(said.trim())) {
        stderr.write('Nothing was changed.\n');
        return 1;
      }
    }
    for (const change of due) await setWatermark(engine, change);
    desk.show(
      answer,
      () => `${given.values.yes === true ? `${meanings}\n` : ''}The watermark of ${source} is now ${to}.\n`,
    );
    return 0;
  },
};

function meaning({ feed, from, to }: WatermarkChange): string {
  const source = feed.source + towards(feed.destination);
  if (from === undefined)
    return `The results of ${source} have no watermark yet; with ${to}, what was changed before it is never read.`;
  const span = inTime(Math.abs(Date.parse(to) - Date.parse(from)));
  return to < from
    ? `The watermark of ${source} goes back from ${from} to ${to}: what changed in these ${span} is read and sent again.`
    : `The watermark of ${source} goes forward from ${from} to ${to}: what changed in these ${span} is left out.`;
}
