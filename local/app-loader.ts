import { globSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import type { Core } from './core';
import { readJsonFile } from '../src/lib/settings/json-file';

let loadedRoot: string | undefined;

/**
 * Loads every file that `main` of the app's package.json names (a glob), as the platform's worker does.
 * A second call for the same folder finds the functions already there.
 * @throws Error that names the file which threw, or says that nothing was found
 */
export async function loadApp(core: Core, appRoot: string): Promise<void> {
  const root = resolve(appRoot);
  if (loadedRoot !== undefined && loadedRoot !== root)
    throw new Error('Another app was loaded in this process before: start a process for each app');
  if (loadedRoot === root) return;
  const main = readJsonFile(root, 'package.json')?.main;
  if (typeof main !== 'string') throw new Error(`There is no package.json with a "main" in ${root}`);
  const files = globSync(main, { cwd: root }).sort();
  if (files.length === 0)
    throw new Error(`No file matches "${main}" of package.json: build the app first (npm run build)`);
  const load = createRequire(join(root, 'package.json'));
  for (const file of files) {
    try {
      load(join(root, file));
    } catch (error) {
      throw new Error(`${file} could not be loaded: ${detail(error)}`, { cause: error });
    }
  }
  loadedRoot = root;
  core.seal();
  const capabilities = await core.model.getCapabilities({});
  if (capabilities.HttpUri)
    throw new Error(
      'The app sets enableHttpStream, which this host cannot do: leave it out or use func start',
    );
}

const detail = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);
