import { createApp, type App } from '../lib/app';
import type { Desk } from './commands/command';
import type { Terminal } from './terminal';

/** @param json whether results are for a script. */
export function openDesk(terminal: Terminal, json: boolean): Desk {
  const env = terminal.environment();
  return {
    terminal,
    env,
    json,
    open: async (): Promise<App> => {
      const app = createApp(env, {
        writeLog: env.LOG_LEVEL ? (line) => terminal.stderr.write(line) : () => undefined,
      });
      await app.storage.prepare();
      return app;
    },
    show: (value, text) => terminal.stdout.write(json ? `${JSON.stringify(value)}\n` : text()),
  };
}
