import type { App } from '../../src/lib/app';
import { type Bridge, startBridge } from './bridge';
import { startStorageProxy, type StorageProxy } from './storage-proxy';

export interface Asked {
  readonly calls: number;
  readonly rows: number;
}

/** A bridge, and the same app again by way of a proxy that counts what storage is asked. */
export class Counted {
  private constructor(
    readonly bridge: Bridge,
    readonly proxy: StorageProxy,
    /** The app whose calls are counted. */
    readonly app: App,
  ) {}

  static async start(options: Parameters<typeof startBridge>[0] = {}): Promise<Counted> {
    const bridge = await startBridge(options);
    const proxy = await startStorageProxy(bridge.env.AzureWebJobsStorage ?? '');
    return new Counted(bridge, proxy, bridge.another({}, { AzureWebJobsStorage: proxy.connectionString }));
  }

  /** What storage is asked during some work. @param table of this table alone. */
  async asked(work: () => Promise<unknown>, table = ''): Promise<Asked> {
    const before = this.proxy.calls.length;
    await work();
    const calls = this.proxy.calls.slice(before).filter(({ path }) => path.includes(table && `/${table}(`));
    return { calls: calls.length, rows: calls.reduce((sum, { rows }) => sum + rows, 0) };
  }

  async stop(): Promise<void> {
    await this.proxy.stop();
    await this.bridge.stop();
  }
}
