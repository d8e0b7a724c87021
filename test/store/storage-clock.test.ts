import { LeaseStore } from '../../src/lib/store/leases';
import { connectStorage } from '../../src/lib/store/storage';
import { StorageClock } from '../../src/lib/store/storage-clock';
import { testStorage } from '../setup/storage';

const header = (ms: number): string => new Date(ms).toUTCString();

test('a clock that may be right is left alone; one that cannot be is corrected to within a second', () => {
  let local = 1_000_000_500;
  const clock = new StorageClock(() => local);
  clock.heard(header(local), local - 20);
  expect(clock.now()).toBe(local);
  for (const off of [-90_000, 90_000]) {
    const wrong = new StorageClock(() => local + off);
    for (let n = 0; n < 20; n++) {
      local += 137;
      wrong.heard(header(local), local + off - 10);
    }
    expect(Math.abs(wrong.now() - local)).toBeLessThan(200);
  }
});

test('a clock that is set while it runs is believed no longer', () => {
  let local = 1_000_000_000;
  const clock = new StorageClock(() => local);
  clock.heard(header(local), local);
  const real = local + 10_000;
  local -= 600_000;
  clock.heard(header(real), local);
  expect(Math.abs(clock.now() - real)).toBeLessThanOrEqual(1_000);
  clock.heard('nonsense', local);
  clock.heard(undefined, local);
  expect(Math.abs(clock.now() - real)).toBeLessThanOrEqual(1_000);
});

test.each([-120_000, 120_000])('a machine whose clock is %i ms off takes no lease over', async (off) => {
  const settings = { type: 'connectionString', connectionString: await testStorage() } as const;
  const right = connectStorage(settings);
  const wrong = connectStorage(settings, { local: () => Date.now() + off });
  await right.prepare();
  await wrong.prepare();
  const held = await new LeaseStore(right).acquire('slice-a-1');
  expect(await new LeaseStore(wrong).acquire('slice-a-1')).toBeUndefined();
  await held?.release();
  // Nor does it hold one for longer than it may.
  const lease = await new LeaseStore(wrong).acquire('slice-a-1');
  expect(await new LeaseStore(right, { now: () => Date.now() + 70_000 }).isHeld('slice-a-1')).toBe(false);
  await lease?.release();
});
