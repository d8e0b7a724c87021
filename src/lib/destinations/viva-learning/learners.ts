import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../../http/clock';
import type { NotTakenBecause } from '../destination';
import type { Batches, How } from './batches';
import { usersUrl } from './entities';
import { refusalOf, succeeded } from './refusals';
import type { VivaSettings } from './settings';
import type { StepAnswer } from './step';

const dayMs = 24 * 3600_000;
/** Who is new in the company should not wait for a day. */
const hourMs = 3600_000;
/** Of a few dozen bytes each. */
const mostKept = 100_000;

const found = z.object({
  value: z.array(z.object({ id: z.string().min(1), userPrincipalName: z.string() })),
});

export type DirectoryUser = { readonly id: string } | NotTakenBecause;

/** Finds learners in the directory, and remembers them for a day, by a hash of the address. */
export class DirectoryUsers {
  readonly #kept = new Map<string, { readonly learner: DirectoryUser; readonly until: number }>();

  constructor(
    private readonly batches: Batches,
    private readonly settings: VivaSettings,
    private readonly clock: Pick<Clock, 'now'>,
  ) {}

  /** @param emails lower-cased. @returns for each who it is, or why it is nobody who can be told. */
  async find(emails: readonly string[], how: How): Promise<ReadonlyMap<string, DirectoryUser>> {
    const learners = new Map<string, DirectoryUser>();
    const unknown: string[] = [];
    for (const email of new Set(emails)) {
      const kept = this.#kept.get(hash(email));
      if (kept && kept.until > this.clock.now()) learners.set(email, kept.learner);
      else unknown.push(email);
    }
    const steps = unknown.map((email) => ({ method: 'GET' as const, url: usersUrl(email) }));
    const answers = await this.batches.run(steps, how);
    for (const [i, email] of unknown.entries()) {
      const learner = this.#learnerIn(answers[i] as StepAnswer, email);
      learners.set(email, learner);
      if (!('error' in learner)) this.#keep(email, learner);
    }
    return learners;
  }

  #learnerIn(answer: StepAnswer, email: string): DirectoryUser {
    const users = succeeded(answer) ? found.safeParse(answer.body).data?.value : undefined;
    if (!users) {
      const { system } = this.batches;
      return { error: refusalOf(answer, 'User.ReadBasic.All', system, this.settings) };
    }
    const [first, second] = users;
    const byName = users.find(({ userPrincipalName }) => userPrincipalName.toLowerCase() === email);
    if (byName) return { id: byName.id };
    if (!first) return { skipped: 'the directory has no user with this address' };
    return second ? { skipped: 'several users of the directory have this address' } : { id: first.id };
  }

  #keep(email: string, learner: DirectoryUser): void {
    const until = this.clock.now() + ('id' in learner ? dayMs : hourMs);
    // In the order in which they were looked up: the first is the oldest.
    const [oldest] = this.#kept.keys();
    if (this.#kept.size >= mostKept && oldest !== undefined) this.#kept.delete(oldest);
    const key = hash(email);
    this.#kept.delete(key);
    this.#kept.set(key, { learner, until });
  }
}

const hash = (email: string): string => createHash('sha256').update(email).digest('base64url');
