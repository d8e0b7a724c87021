import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { functionList } from './function-list';
import { startHost } from './host-process';
import { exitOnUncaught, runUntilSignal } from './run-until-signal';

/** `npm run host`: the built app alone, all settings from the environment, on 127.0.0.1. */
async function main(): Promise<void> {
  exitOnUncaught();
  // Started from elsewhere (a service manager), the app is still the one that this file was built with.
  const appRoot = existsSync('host.json') ? resolve('.') : join(__dirname, '../..');
  const host = await startHost({ port: portFrom(process.env.PORT), appRoot });
  runUntilSignal(() => host.stop());
  console.log(`\n${functionList(host.functions, host.url)}`);
}

/** @throws Error in one sentence */
function portFrom(text: string | undefined): number {
  const port = Number(text?.trim() || 7071);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new Error(`PORT must be a number from 0 to 65535, not "${text}"`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
});
