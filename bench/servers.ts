import { startAzurite } from '../local/azurite';
import { type SandboxOptions, startSandbox } from '../sandbox/sandbox';
import { sandboxSettings } from '../sandbox/settings';

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
  process.on('message', () => {
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
