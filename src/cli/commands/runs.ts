import { runView, type RunView } from '../../lib/api/run-view';
import { feedKinds, towards } from '../../lib/domain/feed';
import { runStates } from '../../lib/domain/run';
import { mustBeKnown } from '../../lib/sync/feeds-of';
import { grouped, table } from '../table';
import { limitOf, noMore, oneOf, valueOf } from '../words';
import { exitCodes, type StorageCommand, text } from './command';

export const runs: StorageCommand = {
  name: 'runs',
  flags: { source: text, kind: text, destination: text, state: text, limit: text },
  usage: 'runs [flags]',
  what: 'the last runs, newest first',
  help: `Lists runs, newest first.

  lms-bridge runs [flags]

  --source ID    only of this source
  --kind KIND    only catalog or consumption
  --destination ID  only to this destination
  --state STATE  only ${runStates.join(', ')}
  --limit N      so many at the most; left out: 50
  --json         one JSON object

${exitCodes}

Examples
  npx lms-bridge runs
  npx lms-bridge runs --source openedx --state failed
`,
  async run(given, desk) {
    noMore(given.words);
    const kind = oneOf(given, 'kind', feedKinds);
    const state = oneOf(given, 'state', runStates);
    const limit = limitOf(given);
    const source = valueOf(given, 'source');
    const destination = valueOf(given, 'destination');
    const { engine } = await desk.open();
    await mustBeKnown(engine, destination);
    const found: RunView[] = [];
    for await (const run of engine.runs.list({
      source,
      kind,
      destination,
      state,
      pageSize: Math.min(limit, 1000),
    }))
      if (found.push(runView(run)) >= limit) break;
    desk.show({ runs: found }, () => (found.length === 0 ? 'There are no such runs.\n' : runTable(found)));
    return 0;
  },
};

const runTable = (runs: readonly RunView[]): string =>
  table([
    ['started', 'source', 'kind', 'state', 'read', 'sent', 'quarantined', 'run'],
    ...runs.map(({ startedAt, source, kind, destination, state, dryRun, counts, runId }) => [
      startedAt,
      source,
      kind + towards(destination),
      dryRun ? `${state} (dry run)` : state,
      grouped(counts.read),
      dryRun ? `- (${grouped(counts.wouldSend ?? 0)} to send)` : grouped(counts.sent),
      grouped(counts.quarantined),
      runId,
    ]),
  ]);
