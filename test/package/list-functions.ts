import { installCore } from '../../local/core';
import { loadApp } from '../../local/app-loader';

/**
 * Loads the app in the folder that the first argument names, as the platform's worker does, and prints what it
 * registered, as JSON. Runs in a process of its own.
 */
async function main(folder: string): Promise<void> {
  const core = installCore();
  await loadApp(core, folder);
  const functions = [...core.functions.values()]
    .map(({ metadata }) => ({ name: metadata.name, bindings: Object.values(metadata.bindings).map(told) }))
    .sort((a, b) => a.name.localeCompare(b.name));
  console.log(JSON.stringify(functions));
}

/** Bindings are named by a hash of where they were made; what they say is all the same. */
const told = ({ name: _, ...binding }: Record<string, unknown>): Record<string, unknown> => binding;

void main(process.argv[2] ?? '');
