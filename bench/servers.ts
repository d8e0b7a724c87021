import { startAzurite } from '../local/azurite';
import { startSandbox } from '../sandbox/sandbox';
import { sandboxSettings } from '../sandbox/settings';

/**
 * The servers of a benchmark, in a process of their own: prints the settings that lead to them as one line of JSON,
 * and runs until it is told to end. ROWS, COURSES and LATENCY_MS come from the environment.
 */
async function main(): Promise<void> {
  const latencyMs = Number(process.env.LATENCY_MS ?? 0);
  const grades = Number(process.env.ROWS ?? 100_000);
  const quiet = { latencyMs, keepRequests: 0 };
  const courses = process.env.COURSES ? { courses: Number(process.env.COURSES) } : {};
  const azurite = await startAzurite({ ports: 'free', location: 'temporary' });
  const sandbox = await startSandbox({
    openEdx: {
      ...quiet,
      ...courses,
      grades,
      learners: Math.max(1_500, grades / 100),
      gradesFrom: Date.UTC(2012, 0, 1),
    },
    ldServices: quiet,
  });
  const settings = { ...sandboxSettings(sandbox), LMS__openedx__lagMinutes: '0', LOG_LEVEL: 'warn' };
  console.log(JSON.stringify({ ...settings, AzureWebJobsStorage: azurite.connectionString }));
  process.once(
    'SIGTERM',
    () => void Promise.all([sandbox.stop(), azurite.stop()]).then(() => process.exit(0)),
  );
}

void main();
