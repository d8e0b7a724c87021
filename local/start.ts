import { resolve } from 'node:path';
import type { Sandbox } from '../sandbox/sandbox';
import {
  emulatorFolder,
  forgetEmulator,
  noteEmulator,
  runningEmulator,
  wantsEmulator,
} from '../src/lib/settings/emulator';
import { type Azurite, opens, startAzurite } from './azurite';
import { firstRuns } from './first-runs';
import { functionList } from './function-list';
import { readHostJson } from './host-json';
import { anySandbox, arrivedLines, sandboxDefaults, sandboxLines, sendWebhooks } from './demo-sandbox';
import { startHost } from './host-process';
import { appOperations } from '../src/lib/api/operations/app';
import { pathTo } from '../src/lib/api/operations/operation';
import { feedKinds } from '../src/lib/domain/feed';
import { outside } from '../src/lib/log';
import { readLocalSettings, withEnvironment } from '../src/lib/settings/local-settings';
import { doubtfulSettings, ownSystemsHint, wrongSettings } from './own-systems';
import { levelOf, prettyLog } from './pretty-log';
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

  let sandbox: Sandbox | undefined;
  if (wantsEmulator(settings)) {
    const azurite = file === undefined ? await anyAzurite('temporary') : await ownAzurite();
    running.push(azurite);
    settings.AzureWebJobsStorage = azurite.connectionString;
    console.log('Storage emulator (Azurite) started.');
  }
  if (file === undefined) {
    sandbox = await anySandbox();
    running.push(sandbox);
    const demo = sandboxDefaults(sandbox, process.env);
    Object.assign(settings, demo);
    running.push(tellCommandLine(settings.AzureWebJobsStorage, demo));
    console.log(sandboxLines(sandbox));
  }
  const log = prettyLog(process.stdout, readHostJson('.').logLevel);
  outside.write = (line) => log(levelOf(line), line);
  const host = await startHost({ port, settings, timers: timers && file !== undefined, log });
  running.push(host);
  // Read by the app's pages alone: by hand, this host still runs them.
  if (!timers) for (const kind of feedKinds) process.env[`AzureWebJobs.${kind}Timer.Disabled`] = 'true';
  runUntilSignal(stopAll);
  const url = host.url.replace('127.0.0.1', 'localhost');
  console.log(`\n${functionList(host.functions, host.url)}`);

  if (file) {
    console.log(ownSystemsHint(url, timers, wrongSettings(settings), doubtfulSettings(settings)));
    return;
  }
  console.log('First sync:\n');
  try {
    await firstRuns(host.url, process.stdout, signal);
  } catch (error) {
    if (signal.aborted) return;
    console.error(error instanceof Error ? error.message : String(error));
  }
  if (sandbox) {
    console.log(`\n${arrivedLines(sandbox)}`);
    sendWebhooks(sandbox, host.url);
  }
  // Only now: a timer that fires amid the first sync would take its turn.
  host.startTimers();
  console.log(
    `\nFrom here on the timers sync what changes. Watch it: ${url}/api/${pathTo(appOperations.getStatus)}   (Ctrl-C stops all of it)\n`,
  );
}

/** So that the command line works on the demo that runs here; of two of them, on the first. */
function tellCommandLine(connectionString: string | undefined, demo: Record<string, string>): Stoppable {
  if (!connectionString || runningEmulator('.')) return { stop: () => Promise.resolve() };
  noteEmulator('.', { pid: process.pid, connectionString, demo });
  return { stop: () => Promise.resolve(forgetEmulator('.')) };
}

/** With the data of this folder, which one process at a time has. */
async function ownAzurite(): Promise<Azurite> {
  const other = runningEmulator('.');
  if (other && !other.demo && (await opens(other.connectionString)))
    throw new Error(
      `npm start runs in this folder already (process ${other.pid}); stop it with Ctrl-C first`,
    );
  const azurite = await anyAzurite(resolve(emulatorFolder('.')));
  noteEmulator('.', { pid: process.pid, connectionString: azurite.connectionString });
  return {
    ...azurite,
    stop: async () => {
      forgetEmulator('.');
      await azurite.stop();
    },
  };
}

/** On the standard ports, where every storage tool looks; on others when those are taken. */
async function anyAzurite(location: string): Promise<Azurite> {
  try {
    return await startAzurite({ ports: 'standard', location });
  } catch {
    return startAzurite({ ports: 'free', location });
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
});
