import { join } from 'node:path';
import { type HostProcess, spawnHost } from '../local/built-host';
import { type Bridge, type BridgeOptions, startBridge } from '../setup/bridge';

const root = join(__dirname, '../..');

export interface Served {
  /** The app on the same storage and sandbox, in this process. */
  readonly bridge: Bridge;
  /** Of the API, without a slash at the end. */
  readonly url: string;
  /** What the host printed. */
  output(): string;
  stop(): Promise<void>;
}

/** The built app in the local host, with a storage account and a sandbox of its own; no timer fires. */
export async function serve(options: BridgeOptions = {}): Promise<Served> {
  const bridge = await startBridge(options);
  const quiet = { CATALOG_SCHEDULE: '0 0 2 1 1 *', CONSUMPTION_SCHEDULE: '0 0 2 1 1 *', LOG_LEVEL: 'error' };
  const host: HostProcess = await spawnHost(
    [join(root, 'dist/local/host.js')],
    { ...bridge.env, ...quiet, PORT: '0' },
    { cwd: root },
  );
  const stop = async (): Promise<void> => {
    await host.end();
    await bridge.stop();
  };
  return { bridge, url: `${host.url}/api`, output: host.output, stop };
}
