import { TableServiceClient } from '@azure/data-tables';
import { QueueServiceClient } from '@azure/storage-queue';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The storage emulator, running as a process of its own. */
export interface Azurite {
  readonly connectionString: string;
  /** Blob, queue, table. */
  readonly ports: readonly [number, number, number];
  /** Ends the process; what was in memory goes with it. */
  stop(): Promise<void>;
}

export interface AzuriteOptions {
  /** `standard`: 10000 to 10002, as every tool expects. `free`: whatever the machine has. Or blob, queue, table. */
  readonly ports: 'standard' | 'free' | readonly [number, number, number];
  /** A folder to keep the data in; `temporary`: memory. */
  readonly location: string;
  /** Further accounts, each `name:key` (base64). Left out: its own alone. */
  readonly accounts?: readonly string[];
  /** Of its own account (base64). Left out: one that nobody else has. */
  readonly key?: string;
}

const account = 'devstoreaccount1';
const mostTries = 5;

/**
 * Starts the emulator, and proves that it is this one which answers: with the key that all emulators share, two of
 * them on one machine would work in each other's data.
 * @throws Error in one sentence when a port is taken or it does not answer within 20 s. Free ports that somebody else
 * was quicker to take are left to them: others are tried.
 */
export async function startAzurite(options: AzuriteOptions, findFree = freePorts): Promise<Azurite> {
  if (options.ports === 'standard') return startOn([10000, 10001, 10002], options);
  if (options.ports !== 'free') return startOn(options.ports, options);
  for (let tries = 1; ; tries++) {
    try {
      return await startOn(await findFree(3), options);
    } catch (error) {
      if (tries === mostTries) throw error;
    }
  }
}

async function startOn(ports: readonly [number, number, number], options: AzuriteOptions): Promise<Azurite> {
  const { location } = options;
  // Otherwise all of it is written to disk anew every few seconds, however little has changed.
  const data = location === 'temporary' ? ['--inMemoryPersistence'] : ['--location', location];
  const [blob, queue, table] = ports;
  const key = options.key ?? randomBytes(64).toString('base64');
  const main = join(dirname(require.resolve('azurite/package.json')), 'dist/src/azurite.js');
  const process_ = spawn(
    process.execPath,
    [
      main,
      '--silent',
      '--disableTelemetry',
      '--skipApiVersionCheck',
      ...data,
      '--blobPort',
      String(blob),
      '--queuePort',
      String(queue),
      '--tablePort',
      String(table),
    ],
    // A process group of its own, so that Ctrl-C reaches it only when we say so: the host drains first.
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      env: { ...process.env, AZURITE_ACCOUNTS: [`${account}:${key}`, ...(options.accounts ?? [])].join(';') },
    },
  );
  let output = '';
  process_.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  process_.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exited = new Promise<void>((resolve) => process_.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    process_.kill('SIGTERM');
    const killer = setTimeout(() => process_.kill('SIGKILL'), 5_000);
    await exited;
    clearTimeout(killer);
  };
  const end = Date.now() + 20_000;
  for (const port of [blob, queue, table]) {
    for (;;) {
      if (process_.exitCode !== null) {
        await stop();
        throw new Error(`Azurite did not start: ${reason(output)}`);
      }
      if (await answers(port)) break;
      if (Date.now() > end) {
        await stop();
        throw new Error(`Azurite did not answer on port ${port} within 20 s`);
      }
      await sleep(50);
    }
  }
  const endpoint = (name: string, port: number): string =>
    `${name}Endpoint=http://127.0.0.1:${port}/${account}`;
  const connectionString = [
    'DefaultEndpointsProtocol=http',
    `AccountName=${account}`,
    `AccountKey=${key}`,
    endpoint('Blob', blob),
    endpoint('Queue', queue),
    endpoint('Table', table),
  ].join(';');
  if (!(await opens(connectionString))) {
    await stop();
    throw new Error(`Another storage emulator answers on the ports ${[blob, queue, table].join(', ')}`);
  }
  return { connectionString, ports: [blob, queue, table], stop };
}

/** Whether the key of a connection string opens the tables and the queues that answer there. */
export async function opens(connectionString: string): Promise<boolean> {
  try {
    const tables = TableServiceClient.fromConnectionString(connectionString, {
      allowInsecureConnection: true,
      retryOptions: { maxRetries: 0 },
    });
    await tables.listTables().next();
    const retryOptions = { maxTries: 1 };
    await QueueServiceClient.fromConnectionString(connectionString, { retryOptions }).getProperties();
    return true;
  } catch {
    return false;
  }
}

const reason = (output: string): string =>
  /EADDRINUSE.*:(\d+)/.exec(output)?.[0] ?? output.trim().split('\n').at(-1) ?? 'no reason given';

async function answers(port: number): Promise<boolean> {
  try {
    await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(1_000) });
    return true;
  } catch {
    return false;
  }
}

/** Ports that were free a moment ago. */
export async function freePorts(howMany: number): Promise<[number, number, number]> {
  const servers = await Promise.all(
    Array.from({ length: howMany }, async () => {
      const server = createServer().unref();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports as [number, number, number];
}
