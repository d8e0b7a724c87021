import type { Run } from '../lib/domain/run';

/** Of a command that worked runs to their end. */
export function exitCode(runs: readonly Run[]): number {
  if (runs.some(({ state }) => state === 'failed' || state === 'cancelled')) return 1;
  return runs.some(({ state }) => state === 'partial') ? 2 : 0;
}
