import { LeaseStore } from '../../src/lib/store/leases';
import { connectStorage } from '../../src/lib/store/storage';
import { manualClock } from '../http/fixed-clock';
import { until } from '../setup/bridge';
import { testStorage } from '../setup/storage';
import { startStorageProxy } from '../setup/storage-proxy';

test('which leases of a prefix and a number are held, and by whom', async () => {
  const storage = connectStorage({ type: 'connectionString', connectionString: await testStorage() });
  await storage.prepare();
  let now = Date.now();
  const leases = new LeaseStore(storage, { now: () => now });
  const alive = async (): Promise<string[]> => [...(await leases.alive('place-a-'))];
  expect(await alive()).toEqual([]);
  const others = ['place-a', 'place-a-x', 'place-ab-1', 'plan-a-1'];
  for (const name of others) await leases.acquire(name);
  expect(await alive()).toEqual([]);
  const lease = (await leases.acquire('place-a-1234'))!;
  expect(await alive()).toEqual([lease.id]);
  await lease.release();
  expect(await alive()).toEqual([]);
  const again = (await leases.acquire('place-a-1234'))!;
  expect(await alive()).toEqual([again.id]);
  expect(again.id).not.toBe(lease.id);
  now += 120_000;
  expect(await alive()).toEqual([]);
});

test('one that is to be kept says when others may have it, and they may not before', async () => {
  const storage = connectStorage({ type: 'connectionString', connectionString: await testStorage() });
  await storage.prepare();
  let now = Date.now();
  const leases = new LeaseStore(storage, { now: () => now });
  const lease = (await leases.acquire('place-kept-0'))!;
  expect([lease.keptUntil, lease.isKept]).toEqual([0, false]);
  lease.keepUntil(Date.now() + 20_000);
  await lease.release();
  now = lease.keptUntil - 1;
  expect(await leases.acquire('place-kept-0')).toBeUndefined();
  now = lease.keptUntil;
  expect(await leases.acquire('place-kept-0')).toBeDefined();
});

describe('a lease is not lost to oneself', () => {
  const write = (method: string, path: string): boolean => method !== 'GET' && path.includes('leases');
  const start = async () => {
    const proxy = await startStorageProxy(await testStorage());
    const storage = connectStorage({ type: 'connectionString', connectionString: proxy.connectionString });
    await storage.prepare();
    const clock = manualClock(Date.now());
    return { proxy, storage, clock, leases: new LeaseStore(storage, clock) };
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
    const { proxy, storage, clock, leases } = await start();
    try {
      const lease = await leases.acquire('course-2');
      proxy.mood = { type: 'loses', only: write };
      const reads = () =>
        proxy.calls.filter(({ method, path }) => method === 'GET' && path.includes('course-2'));
      await until('it waits for its renewal', () => clock.sleeping() > 0);
      await clock.advance(20_000);
      await until('it found its own write', () => reads().length === 2);
      await until('it waits for the next one', () => clock.sleeping() > 0);
      expect(proxy.mood.type).toBe('works');
      await clock.advance(20_000);
      await until('it is renewed once more', async () => {
        const { until: end } = await storage.table('leases').getEntity('lease', 'course-2');
        return Number(end) === clock.now() + 60_000;
      });
      expect(lease?.lost.aborted).toBe(false);
      await lease?.release();
    } finally {
      await proxy.stop();
    }
  });
});
