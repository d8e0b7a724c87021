import { runView } from '../../lib/api/run-view';
import { type Feed, feedKinds } from '../../lib/domain/feed';
import { isEnded } from '../../lib/domain/run';
import { replayRecords } from '../../lib/sync/replay';
import { workRun } from '../../lib/sync/run/work-run';
import { replayEvents } from '../../lib/webhooks/replay-events';
import { exitCode } from '../exit-code';
import { summary } from '../summary';
import { painter } from '../terminal';
import { UsageError } from '../usage-error';
import { oneOf, shown, valueOf } from '../words';
import { type Desk, type StorageCommand, text } from './command';

const feedFlags = { source: text, kind: text, destination: text } as const;

export const replay: StorageCommand = {
  name: 'replay',
  words: ['quarantine', 'events'],
  flags: feedFlags,
  usage: 'replay quarantine|events [ID…]',
  what: 'try again what failed',
  help: `Tries again what failed, after its reason was repaired: the records or events named, or all of them.
Records are delivered in this process, each feed in its turn. Events (all: those that are dead or were ignored)
are put in line, and the running app works them.

  lms-bridge replay quarantine [ID…] [flags]
  lms-bridge replay events [ID…] [--json]

  --source ID       only records of this source
  --kind KIND       only catalog or consumption
  --destination ID  only records for this destination
  --json            one JSON object

Exit code: 0 all went well, 1 failed, 2 some are in quarantine still, or the command line cannot be understood
(then nothing was tried), 130 Ctrl-C.

Examples
  npx lms-bridge replay quarantine --destination ld
  npx lms-bridge replay events openedx-0123456789abcdef01234567
`,
  async run(given, desk) {
    const [what, ...ids] = given.words;
    if (what === 'quarantine')
      return records(desk, named(ids), {
        source: valueOf(given, 'source'),
        kind: oneOf(given, 'kind', feedKinds),
        destination: valueOf(given, 'destination'),
      });
    const [flag] = Object.keys(feedFlags).filter((name) => valueOf(given, name) !== undefined);
    if (what === 'events' && flag)
      throw new UsageError(`--${flag} goes with replay quarantine alone; take it out, or name the events`);
    if (what === 'events') return events(desk, ids);
    throw new UsageError(
      what === undefined
        ? 'Say what to replay: quarantine or events'
        : `${shown(what)} cannot be replayed; quarantine and events can`,
    );
  },
};

const named = (ids: readonly string[]): readonly string[] | undefined => (ids.length > 0 ? ids : undefined);

async function records(
  desk: Desk,
  ids: readonly string[] | undefined,
  feeds: Partial<Feed>,
): Promise<number> {
  const { terminal, env, json } = desk;
  const app = await desk.open();
  const { engine } = app;
  try {
    const { replayed, runs: started } = await replayRecords(engine, 'cli', ids, feeds);
    const out = json ? terminal.stderr : terminal.stdout;
    out.write(
      replayed === 0 ? 'There is nothing to replay.\n' : `Replaying ${count(replayed, 'record')} …\n`,
    );
    const runs = [];
    for (const { runId } of started) {
      const run = await workRun(engine, runId, terminal.interrupted);
      runs.push(run);
      if (isEnded(run)) out.write(summary(run, painter(out, env)));
    }
    if (json) terminal.stdout.write(`${JSON.stringify({ replayed, runs: runs.map(runView) })}\n`);
    if (runs.every(isEnded)) return exitCode(runs);
    terminal.stderr.write('Stopped: the running app goes on with what is left.\n');
    return 130;
  } finally {
    await app.metrics?.flush();
  }
}

async function events(desk: Desk, ids: readonly string[]): Promise<number> {
  const { engine } = await desk.open();
  const replayed = await replayEvents(engine, named(ids));
  desk.show({ replayed }, () =>
    replayed === 0
      ? 'There is nothing to replay.\n'
      : `${count(replayed, 'event')} put in line; the running app works them.\n`,
  );
  return 0;
}

const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;
