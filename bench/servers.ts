import { startAzurite } from '../local/azurite';
import { type SandboxOptions, startSandbox } from '../sandbox/sandbox';
import type { PocketServer } from '../sandbox/server';
import { sandboxSettings } from '../sandbox/settings';

/** @returns the longest time in which none of these was asked anything, milliseconds, and begins anew. */
function longestGap(systems: readonly ({ readonly server: PocketServer } | undefined)[]): () => number {
  let last: number | undefined;
  let longest = 0;
  for (const system of systems)
    if (system)
      system.server.onRequest = () => {
        const now = performance.now();
        longest = Math.max(longest, now - (last ?? now));
        last = now;
      };
  return () => {
    const found = longest;
    [last, longest] = [undefined, 0];
    return found;
  };
}

/**
 * The servers of a benchmark, in a process of their own: prints the settings that lead to them as one line of JSON,
 * and runs until it is told to end. What they hold comes from the environment, as JSON.
 */
async function main(): Promise<void> {
  const world = JSON.parse(process.env.BENCH_WORLD ?? '{}') as SandboxOptions;
  const azurite = await startAzurite({ ports: 'free', location: 'temporary' });
  const sandbox = await startSandbox(world);
  const settings = { ...sandboxSettings(sandbox), LMS__openedx__lagMinutes: '0', LOG_LEVEL: 'warn' };
  console.log(JSON.stringify({ ...settings, AzureWebJobsStorage: azurite.connectionString }));
  const gap = longestGap([sandbox.openEdx, sandbox.ldServices, sandbox.khalibre]);
  process.on('message', (message) => {
    if (message === 'gap') return void process.send?.(gap());
    // One grade changes.
    const row = sandbox.openEdx.state.grades.at(0);
    if (row)
      sandbox.openEdx.state.grade({
        email: row.learner.email,
        courseId: row.courseId,
        percent: Math.random(),
      });
  });
  process.once(
    'SIGTERM',
    () => void Promise.all([sandbox.stop(), azurite.stop()]).then(() => process.exit(0)),
  );
}

void main();
