import type { App } from '../../../app';
import { isEnded, type Run, type Slice } from '../../../domain/run';
import { utc } from '../../../domain/time';
import { destinationSystem, type Pause } from '../../../store/pauses';
import { recordView, type RecordView } from '../../quarantine';
import { openView, type RunView } from '../../run-view';
import { openRun } from '../model';
import type { Listed, OpenRun } from '../shown';
import type { View } from '../view';

/** All that a run's page shows, at one time. */
export interface RunModel extends View {
  readonly run: RunView;
  readonly asked: Run['request'];
  /** How far it is; undefined once it has ended. */
  readonly open: OpenRun | undefined;
  /** When the next attempt at its plan is due; undefined when none is ahead. */
  readonly planDueAt: number | undefined;
  /** In their order; of very many, first those that failed or are not done. */
  readonly slices: Listed<Slice>;
  /** What it put into quarantine and is still there. */
  readonly quarantine: Listed<RecordView>;
  /** Of the systems that it calls. */
  readonly pauses: readonly Pause[];
}

const slicesShown = 100;
const slicesRead = 2_000;
const recordsShown = 10;

/** @returns undefined when there is no such run. @throws RetryableError when storage does not answer. */
export async function readRunPage({ engine }: App, runId: string, up: string): Promise<RunModel | undefined> {
  const run = await engine.runs.read(runId);
  if (!run) return undefined;
  const now = engine.now();
  const [slices, quarantine, pauses] = await Promise.all([
    readSlices(engine.runs.slices(run)),
    readQuarantine(engine.quarantine.list({ ...feedOf(run), runId, pageSize: recordsShown + 1 })),
    engine.pauses.list(now),
  ]);
  const view = await openView(engine, run);
  const systems = [run.source, destinationSystem(run.destination)];
  return {
    at: utc(now),
    up,
    run: view,
    asked: run.request,
    open: isEnded(run) ? undefined : openRun(run, now, view),
    planDueAt: run.state === 'waiting' && run.planDueAt > now ? run.planDueAt : undefined,
    slices,
    quarantine,
    pauses: pauses.filter(({ system }) => systems.includes(system)),
  };
}

const feedOf = ({ source, kind, destination }: Run): Pick<Run, 'source' | 'kind' | 'destination'> => ({
  source,
  kind,
  destination,
});

const urgency: Readonly<Record<Slice['state'], number>> = { failed: 0, pending: 1, done: 2, split: 3 };

async function readSlices(slices: AsyncIterable<Slice>): Promise<Listed<Slice>> {
  const all: Slice[] = [];
  for await (const slice of slices) if (all.push(slice) >= slicesRead) break;
  const first =
    all.length <= slicesShown
      ? all
      : all.toSorted((a, b) => urgency[a.state] - urgency[b.state] || a.number - b.number);
  return { first: first.slice(0, slicesShown), count: all.length, more: all.length >= slicesRead };
}

async function readQuarantine(
  records: AsyncIterable<Parameters<typeof recordView>[0]>,
): Promise<Listed<RecordView>> {
  const first: RecordView[] = [];
  for await (const record of records) if (first.push(recordView(record)) > recordsShown) break;
  const more = first.length > recordsShown;
  return { first: first.slice(0, recordsShown), count: Math.min(first.length, recordsShown), more };
}
