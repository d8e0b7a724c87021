import { startSandbox } from './sandbox';
import { sandboxSettings } from './settings';
import { destinationsShown, sourcesShown } from './shown';

async function main(): Promise<void> {
  const sandbox = await startSandbox({
    openEdx: { port: portFrom('SANDBOX_PORT_OPENEDX', 7080), activity: 12 },
    khalibre: { port: portFrom('SANDBOX_PORT_KHALIBRE', 7081), activity: 12 },
    academy: { port: portFrom('SANDBOX_PORT_ACADEMY', 7082), activity: 12 },
    tBook: { port: portFrom('SANDBOX_PORT_TBOOK', 7083) },
    ldServices: { port: portFrom('SANDBOX_PORT_LD', 7090) },
    lrs: { port: portFrom('SANDBOX_PORT_LRS', 7091) },
    graph: { port: portFrom('SANDBOX_PORT_GRAPH', 7093) },
    webhookReceiver: { port: portFrom('SANDBOX_PORT_WEBHOOK', 7092) },
  });
  for (const { name, url, has } of sourcesShown(sandbox)) console.log(`${name.padEnd(22)} ${url}  (${has})`);
  for (const { name, url } of destinationsShown(sandbox)) console.log(`${name.padEnd(22)} ${url}`);
  console.log('\nWhat they hold, and faults on request: GET /_sandbox on each.');
  console.log('Settings that lead LMS Bridge here:\n');
  for (const [name, value] of Object.entries(sandboxSettings(sandbox))) console.log(`${name}=${value}`);
  const stop = (): void => void sandbox.stop();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

function portFrom(name: string, otherwise: number): number {
  const text = process.env[name];
  if (text === undefined || text === '') return otherwise;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new Error(`${name} must be a port number from 0 to 65535.`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
