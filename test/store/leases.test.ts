import { LeaseStore } from '../../src/lib/store/leases';
import { connectStorage } from '../../src/lib/store/storage';
import { testStorage } from '../setup/storage';

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
