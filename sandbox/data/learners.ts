import { pick, randomAt } from './random';
import { firstNames, lastNames } from './topics';

export interface Learner {
  readonly username: string;
  readonly email: string;
  /** The address as grades tell it, where that is not how it is kept. */
  readonly writtenAs?: string;
}

/** The n-th learner (from 0) of a seed: `first.last12@example.com`; the number keeps them apart. */
export function learner(seed: number, n: number): Learner {
  const first = pick(firstNames, randomAt(seed, 2 * n)).toLowerCase();
  const last = pick(lastNames, randomAt(seed, 2 * n + 1)).toLowerCase();
  return { username: `${first}_${last}${n}`, email: `${first}.${last}${n}@example.com` };
}
