import { spawnSync } from 'node:child_process';

// The long chaos tests: 200 crashes at random moments, every step of every feed by itself, and twenty networks that
// spoil half of all answers. CHAOS_RUNS, CHAOS_SEED and DIRTY_SEEDS choose how many and which; arguments go to jest.
const env = {
  CHAOS_RUNS: '200',
  DIRTY_SEEDS: '20',
  CHAOS_SEED: String(Date.now() % 1_000_000),
  ...process.env,
};
console.log(`CHAOS_RUNS=${env.CHAOS_RUNS} CHAOS_SEED=${env.CHAOS_SEED}`);
const args = [
  'node_modules/jest/bin/jest.js',
  'test/chaos',
  'test/sync/dirty-network',
  ...process.argv.slice(2),
];
const { status } = spawnSync(process.execPath, args, { env, stdio: 'inherit' });
process.exit(status ?? 1);
