import { LeaseStore } from '../../src/lib/store/leases';
import { connectStorage } from '../../src/lib/store/storage';
import { until } from '../setup/bridge';
import { testStorage } from '../setup/storage';
import { startStorageProxy } from '../setup/storage-proxy';

test('whether any lease of a prefix and a number is held', async () => {
  const storage = connectStorage({ type: 'connectionString', connectionString: await testStorage() });
  await storage.prepare();
  let now = Date.now();
  const leases = new LeaseStore(storage, { now: () => now });
  expect(await leases.isAnyHeld('slice-a-')).toBe(false);
  const others = ['slice-a', 'slice-a-x', 'slice-ab-1', 'plan-a-1'];
  for (const name of others) await leases.acquire(name);
  expect(await leases.isAnyHeld('slice-a-')).toBe(false);
  const lease = await leases.acquire('slice-a-1234');
  expect(await leases.isAnyHeld('slice-a-')).toBe(true);
  await lease?.release();
  expect(await leases.isAnyHeld('slice-a-')).toBe(false);
  await leases.acquire('slice-a-9');
  expect(await leases.isAnyHeld('slice-a-')).toBe(true);
  now += 120_000;
  expect(await leases.isAnyHeld('slice-a-')).toBe(false);
});

describe('a lease is not lost to oneself', () => {
  const write = (method: string, path: string): boolean => method !== 'GET' && path.includes('leases');
  const start = async () => {
    const proxy = await startStorageProxy(await testStorage());
    const storage = connectStorage({ type: 'connectionString', connectionString: proxy.connectionString });
    await storage.prepare();
    return { proxy, leases: new LeaseStore(storage, { ttlMs: 3_000, renewMs: 300, skewMs: 0 }) };
  };

  test('when the answer to its acquiring is lost and the client sends it again', async () => {
    const { proxy, leases } = await start();
    try {
      proxy.mood = { type: 'loses', only: write };
      const lease = await leases.acquire('course-1');
      expect(proxy.mood.type).toBe('works');
      expect(lease?.lost.aborted).toBe(false);
      expect(await leases.acquire('course-1')).toBeUndefined();
      await lease?.release();
    } finally {
      await proxy.stop();
    }
  });

  test('when the answer to a renewal is lost and the client sends it again', async () => {
    const { proxy, leases } = await start();
    try {
      const lease = await leases.acquire('course-2');
      proxy.mood = { type: 'loses', only: write };
      await until('a renewal has lost its answer', () => proxy.mood.type === 'works');
      await new Promise((resolve) => setTimeout(resolve, 800));
      expect(lease?.lost.aborted).toBe(false);
      await lease?.release();
    } finally {
      await proxy.stop();
    }
  });
});
