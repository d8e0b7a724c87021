import { type RunView, runViews } from '../../lib/api/run-view';
import { feedKinds, towards } from '../../lib/domain/feed';
import { type Run, runStates } from '../../lib/domain/run';
import { utc } from '../../lib/domain/time';
import { waitingText } from '../../lib/domain/waiting';
import { mustBeKnown } from '../../lib/sync/feeds-of';
import { sourceMustBeKnown } from '../../lib/sync/known-source';
import { grouped, inTime, table } from '../table';
import { UsageError } from '../usage-error';
import { watch } from '../watch';
import { limitOf, noMore, oneOf, valueOf } from '../words';
import { exitCodes, flag, type StorageCommand, text } from './command';

export const runs: StorageCommand = {
  name: 'runs',
  needs: 'storage',
  flags: { source: text, kind: text, destination: text, state: text, limit: text, watch: flag },
  usage: 'runs [flags]',
  what: 'the last runs, newest first',
  help: `Lists runs, newest first.

  lms-bridge runs [flags]

  --source ID       only of this source
  --kind KIND       only catalog or consumption
  --destination ID  only to this destination
  --state STATE     only ${runStates.join(', ')}
  --limit N         so many at the most; left out: 50, with --watch 20
  --watch           show them anew every two seconds until Ctrl-C; in a pipe, whenever something changed
  --json            one JSON object

${exitCodes}

Examples
  npx lms-bridge runs
  npx lms-bridge runs --source openedx --state failed
  npx lms-bridge runs --watch
`,
  async run(given, desk) {
    noMore(given.words);
    const kind = oneOf(given, 'kind', feedKinds);
    const state = oneOf(given, 'state', runStates);
    const isWatched = given.values.watch === true;
    if (isWatched && desk.json) throw new UsageError('--watch is for people; take out --watch or --json');
    const limit = limitOf(given, isWatched ? 20 : 50);
    const source = valueOf(given, 'source');
    const destination = valueOf(given, 'destination');
    const { engine } = await desk.open();
    await mustBeKnown(engine, destination);
    await sourceMustBeKnown(engine, source);
    const read = async (): Promise<RunView[]> => {
      const found: Run[] = [];
      const pageSize = Math.min(limit, 1000);
      for await (const run of engine.runs.list({ source, kind, destination, state, pageSize }))
        if (found.push(run) >= limit) break;
      return runViews(engine, found);
    };
    const shown = (found: readonly RunView[]): string =>
      found.length === 0 ? 'There are no such runs.\n' : runTable(found, engine.now());
    if (isWatched) return watch(desk.terminal, async () => shown(await read()));
    const found = await read();
    desk.show({ runs: found }, () => shown(found));
    return 0;
  },
};

/** @param now milliseconds since 1970. */
const runTable = (views: readonly RunView[], now: number): string =>
  table([
    ['started', 'took', 'source', 'kind', 'state', 'read', 'sent', 'quarantined', 'run', 'error'],
    ...views.map((run) => {
      const {
        startedAt,
        finishedAt,
        source,
        kind,
        destination,
        state,
        dryRun,
        counts,
        runId,
        error,
        waiting,
      } = run;
      return [
        startedAt,
        inTime((finishedAt ? Date.parse(finishedAt) : now) - Date.parse(startedAt)),
        source,
        kind + towards(destination),
        dryRun ? `${state} (dry run)` : state,
        grouped(counts.read),
        dryRun ? `- (${grouped(counts.wouldSend ?? 0)} to send)` : grouped(counts.sent),
        grouped(counts.quarantined),
        runId,
        error ?? (waiting ? waitingText(waiting, utc(now)) : ''),
      ];
    }),
  ]);
