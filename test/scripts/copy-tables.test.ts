import { TableClient } from '@azure/data-tables';
import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { startRun } from '../../src/lib/sync/run/start';
import { workRun } from '../../src/lib/sync/run/work-run';
import { type Bridge, startBridge } from '../setup/bridge';
import { testStorage } from '../setup/storage';

const root = resolve(__dirname, '../..');

describe('an app that was moved', () => {
  let bridge: Bridge;
  beforeEach(async () => (bridge = await startBridge()));
  afterEach(() => bridge.stop());

  it('goes on where it was: nothing is sent again, and the rows are the same', async () => {
    await bridge.sync('catalog');
    const before = await bridge.sync('consumption');
    expect(before.counts.sent).toBe(300);
    const elsewhere = await testStorage();
    const script = join(root, 'scripts/copy-tables.mjs');
    const told = execFileSync(process.execPath, [script, bridge.env.AzureWebJobsStorage!, elsewhere], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(told).toMatch(/^ledgercatalog: 12 rows$/m);

    for (const table of ['feeds', 'runs', 'ledgercatalog'])
      expect(await rowsOf(elsewhere, table)).toEqual(await rowsOf(bridge.env.AzureWebJobsStorage!, table));

    const moved = bridge.another({}, { AzureWebJobsStorage: elsewhere });
    await moved.storage.prepare();
    const state = await moved.engine.feeds.read({
      source: 'openedx',
      kind: 'consumption',
      destination: 'ld',
    });
    expect(state.watermark).toBe(before.window!.to);
    expect(await moved.engine.runs.read(before.runId)).toEqual(before);
    const { runId } = await startRun(
      moved.engine,
      { source: 'openedx', kind: 'catalog', destination: 'ld' },
      { trigger: 'timer' },
    );
    const after = await workRun(moved.engine, runId, new AbortController().signal);
    expect(after).toMatchObject({ state: 'succeeded', counts: { read: 12, sent: 0, unchanged: 12 } });
  });

  async function rowsOf(account: string, table: string): Promise<unknown[]> {
    const client = TableClient.fromConnectionString(account, table, { allowInsecureConnection: true });
    const rows: unknown[] = [];
    for await (const row of client.listEntities({ disableTypeConversion: true })) {
      const { etag: _etag, timestamp: _timestamp, ...entity } = row as Record<string, unknown>;
      rows.push(entity);
    }
    return rows;
  }
});
