import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type AppSettings, readLocalSettings } from './local-settings';
import { readJsonFile } from './json-file';

/** The storage emulator that `npm start` runs for a folder. */
export interface Emulator {
  /** The process that owns it. */
  readonly pid: number;
  /** Its key is made anew at each start: nobody reaches it by chance, as with the one that all emulators share. */
  readonly connectionString: string;
  /** The settings of the demo, when that is what runs. */
  readonly demo?: AppSettings | undefined;
}

const folder = '.azurite';
const fileName = 'lms-bridge.json';
const form = z.object({
  pid: z.int().min(1),
  connectionString: z.string().min(1),
  demo: z.record(z.string(), z.string()).optional(),
});

/** Where its data is. @param appRoot the folder of local.settings.json. */
export const emulatorFolder = (appRoot: string): string => join(appRoot, folder);

/** The emulator of a folder, as long as its process lives. */
export function runningEmulator(appRoot: string): Emulator | undefined {
  let parsed: ReturnType<typeof form.safeParse>;
  try {
    parsed = form.safeParse(readJsonFile(emulatorFolder(appRoot), fileName));
  } catch {
    // Half-written when its process died.
    return undefined;
  }
  return parsed.success && isAlive(parsed.data.pid) ? parsed.data : undefined;
}

export function noteEmulator(appRoot: string, emulator: Emulator): void {
  mkdirSync(emulatorFolder(appRoot), { recursive: true });
  writeFileSync(join(emulatorFolder(appRoot), fileName), JSON.stringify(emulator), { mode: 0o600 });
}

export const forgetEmulator = (appRoot: string): void =>
  rmSync(join(emulatorFolder(appRoot), fileName), { force: true });

/** Whether the settings lead to a storage emulator on this machine. */
export const wantsEmulator = ({ AzureWebJobsStorage: storage }: AppSettings): boolean =>
  !storage || storage.trim() === 'UseDevelopmentStorage=true';

/**
 * What local.settings.json says, with the folder's own emulator for `UseDevelopmentStorage=true` while it runs;
 * without such a file, the settings of the demo that runs there.
 */
export function settingsHere(appRoot: string): AppSettings | undefined {
  const file = readLocalSettings(appRoot);
  const emulator = runningEmulator(appRoot);
  if (!file) return emulator?.demo && { ...emulator.demo, AzureWebJobsStorage: emulator.connectionString };
  if (!emulator || emulator.demo || !wantsEmulator(file)) return file;
  return { ...file, AzureWebJobsStorage: emulator.connectionString };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
