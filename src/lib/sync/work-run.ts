import { setTimeout as sleep } from 'node:timers/promises';
import { isEnded, type Run } from '../domain/run';
import type { Engine } from './engine';
import { planRun } from './plan';
import { workSlice } from './slice';
import { sweep } from './sweep';

const pauseMs = 250;

/**
 * Works a run in this process until it has ended, whoever else helps. It needs no queue: the tables say what is to
 * be done.
 * @param stop aborts when the person gives up waiting; what is in hand is put back.
 * @param onChange told of the run as it goes on.
 * @throws Error when the run vanishes; RetryableError when storage does.
 */
export async function workRun(
  engine: Engine,
  runId: string,
  stop: AbortSignal,
  onChange: (run: Run) => void = () => undefined,
): Promise<Run> {
  for (;;) {
    const run = await engine.runs.read(runId);
    if (!run) throw new Error(`The run ${runId} does not exist`);
    onChange(run);
    if (isEnded(run) || stop.aborted) return run;
    if (!run.planId) {
      await planRun(engine, runId, stop);
      if ((await engine.runs.read(runId))?.state !== 'waiting') continue;
      // Another run's turn, or a try that is due later: the sweep sees to both.
      await sleep(pauseMs);
      await sweep(engine);
    } else await workSlices(engine, run, stop, onChange);
  }
}

async function workSlices(
  engine: Engine,
  run: Run,
  stop: AbortSignal,
  onChange: (run: Run) => void,
): Promise<void> {
  const { parallelSlices } = engine.openSource(run.source).settings;
  const waiting: number[] = [];
  for await (const slice of engine.runs.slices(run, 'pending')) {
    if (slice.dueAt <= engine.now()) waiting.push(slice.number);
    if (waiting.length >= 1_000) break;
  }
  const worker = async (): Promise<void> => {
    for (let number = waiting.shift(); number !== undefined && !stop.aborted; number = waiting.shift()) {
      await workSlice(engine, run.runId, number, stop);
      const now = await engine.runs.read(run.runId);
      if (now) onChange(now);
      if (!now || isEnded(now)) waiting.length = 0;
    }
  };
  await Promise.all(Array.from({ length: parallelSlices }, worker));
  const now = await engine.runs.read(run.runId);
  if (now && !isEnded(now)) await sleep(pauseMs);
}
