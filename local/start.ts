import { resolve } from 'node:path';
import { startSandbox, type Sandbox } from '../sandbox/sandbox';
import { sandboxSettings } from '../sandbox/settings';
import { type Azurite, startAzurite } from './azurite';
import { firstRuns } from './first-runs';
import { functionList } from './function-list';
import { readHostJson } from './host-json';
import { startHost } from './host-process';
import { readLocalSettings, withEnvironment, type AppSettings } from '../src/lib/settings/local-settings';
import { ownSystemsHint, wantsAzurite } from './own-systems';
import { prettyLog } from './pretty-log';
import { exitOnUncaught, runUntilSignal } from './run-until-signal';

interface Stoppable {
  stop(): Promise<void>;
}

/**
 * `npm start`: Azurite, the sandbox and the host, and a first sync of everything. With a local.settings.json:
 * the systems named there instead of the sandbox, nothing synced before it is asked for.
 */
async function main(): Promise<void> {
  exitOnUncaught();
  const running: Stoppable[] = [];
  const ending = new AbortController();
  const stopAll = async (): Promise<void> => {
    ending.abort();
    for (const each of running.toReversed()) await each.stop();
    console.log('Stopped.');
  };
  try {
    await start(running, stopAll, ending.signal);
  } catch (error) {
    for (const each of running.toReversed()) await each.stop();
    throw error;
  }
}

async function start(running: Stoppable[], stopAll: () => Promise<void>, signal: AbortSignal): Promise<void> {
  const file = readLocalSettings('.');
  const timers = file === undefined || process.argv.includes('--timers');
  const port = Number(process.env.PORT?.trim() || 7071);
  const settings: Record<string, string> = { ...withEnvironment(file, process.env) };

  if (wantsAzurite(settings)) {
    const azurite = await anyAzurite(file === undefined ? 'temporary' : resolve('.azurite'));
    running.push(azurite);
    settings.AzureWebJobsStorage = azurite.connectionString;
    console.log('Storage emulator (Azurite) started.');
  }
  if (file === undefined) {
    const sandbox = await anySandbox();
    running.push(sandbox);
    Object.assign(settings, sandboxDefaults(sandbox, process.env));
    console.log(sandboxLines(sandbox));
  }
  const log = prettyLog(process.stdout, readHostJson('.').logLevel);
  const host = await startHost({ port, settings, timers: timers && file !== undefined, log });
  running.push(host);
  runUntilSignal(stopAll);
  const url = host.url.replace('127.0.0.1', 'localhost');
  console.log(`\n${functionList(host.functions, host.url)}`);

  if (file) {
    console.log(ownSystemsHint(url, timers));
    return;
  }
  console.log('First sync:\n');
  try {
    await firstRuns(host.url, process.stdout, signal);
  } catch (error) {
    if (signal.aborted) return;
    console.error(error instanceof Error ? error.message : String(error));
  }
  // Only now: a timer that fires amid the first sync would take its turn.
  host.startTimers();
  console.log(
    `\nFrom here on the timers sync what changes. Watch it: ${url}/api/status   (Ctrl-C stops all of it)\n`,
  );
}

/** On the standard ports, where every storage tool looks; on others when those are taken. */
async function anyAzurite(location: string): Promise<Azurite> {
  try {
    return await startAzurite({ ports: 'standard', location });
  } catch {
    return startAzurite({ ports: 'free', location });
  }
}

async function anySandbox(): Promise<Sandbox> {
  const activity = 12;
  try {
    return await startSandbox({
      openEdx: { port: 7080, activity },
      khalibre: { port: 7081, activity },
      ldServices: { port: 7090 },
    });
  } catch {
    return startSandbox({ openEdx: { activity }, khalibre: { activity } });
  }
}

function sandboxLines({ openEdx, khalibre, ldServices }: Sandbox): string {
  const { courses, grades } = openEdx.state;
  return [
    'Sandbox, whose results go on changing while it runs:',
    `  Open edX      ${openEdx.url}  (${courses.size} courses, ${grades.size} results)`,
    ...(khalibre ? [`  Khalibre      ${khalibre.url}  (${khalibre.state.courses.size} courses)`] : []),
    `  L&D services  ${ldServices.url}`,
  ].join('\n');
}

/** The sandbox's settings, but for what the person set; timers that show something within a minute or two. */
function sandboxDefaults(sandbox: Sandbox, environment: NodeJS.ProcessEnv): AppSettings {
  const settings: Record<string, string> = {
    ...sandboxSettings(sandbox),
    LMS__openedx__lagMinutes: '0',
    // Read course by course, which is nightly elsewhere.
    LMS__khalibre__consumptionSchedule: '0 * * * * *',
    CATALOG_SCHEDULE: '0 */5 * * * *',
    CONSUMPTION_SCHEDULE: '0 * * * * *',
  };
  return Object.fromEntries(Object.entries(settings).filter(([name]) => environment[name] === undefined));
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
});
