import { createApp, type App } from '../lib/app';
import { readSettings } from '../lib/settings';
import type { Environment } from '../lib/settings/read-group';
import type { Desk, StorageCommand } from './commands/command';
import type { Terminal } from './terminal';

/** @param json whether results are for a script. @param needs see `StorageCommand`. */
export function openDesk(terminal: Terminal, json: boolean, needs: StorageCommand['needs']): Desk {
  const env = terminal.environment();
  const { stderr } = terminal;
  return {
    terminal,
    env,
    json,
    open: async (): Promise<App> => {
      const writeLog = env.LOG_LEVEL ? (line: string) => stderr.write(line) : () => undefined;
      const alone = needs === 'storage' ? storageAlone(env) : undefined;
      if (alone)
        stderr.write(
          'Note: settings are wrong (lms-bridge check names them); storage is read all the same.\n',
        );
      const app = createApp(alone ?? env, { writeLog });
      await app.storage.prepare();
      return app;
    },
    show: (value, text) => terminal.stdout.write(json ? `${JSON.stringify(value)}\n` : text()),
  };
}

/** The settings of storage, where others are wrong and these are not; else undefined. */
function storageAlone(env: Environment): Environment | undefined {
  if (readSettings(env).ok) return undefined;
  const alone = Object.fromEntries(
    Object.entries(env).filter(([name]) => name.startsWith('AzureWebJobsStorage')),
  );
  return readSettings(alone).ok ? alone : undefined;
}
