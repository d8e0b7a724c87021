import { createHash, randomUUID } from 'node:crypto';
import { TokenDesk } from '../tokens';
import type { GraphOptions } from './options';
import { StepFaults } from './step-faults';

export type Properties = Readonly<Record<string, unknown>>;
export type Entity = Properties & { readonly id: string };

export interface User {
  readonly id: string;
  readonly mail: string | null;
  readonly userPrincipalName: string;
}

/** A request that changed something, or was to; alone or within a batch. */
export interface Write {
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

/** All that this Graph holds. */
export class GraphState {
  /** By external id. */
  readonly contents = new Map<string, Entity>();
  /** By id. */
  readonly activities = new Map<string, Entity>();
  /** By id; those of `everybodyAt` are added as they are asked for. */
  readonly users = new Map<string, User>();
  /** Ids of users who have no licence. */
  readonly unlicensed = new Set<string>();
  readonly writes: Write[] = [];
  /** How often each address was asked for. */
  readonly lookups = new Map<string, number>();
  /** Ends of contents' external ids whose records are 400. */
  readonly poisoned = new Set<string>();
  readonly faults = new StepFaults();
  readonly tokens: TokenDesk;

  constructor(
    readonly options: GraphOptions,
    readonly now: () => number,
  ) {
    const { clientId, clientSecret } = options;
    this.tokens = new TokenDesk({ clientId, clientSecret }, now);
  }

  /** @param mail left out: the same as the principal name. */
  addUser(userPrincipalName: string, mail: string | null = userPrincipalName): User {
    const user = { id: idOf(userPrincipalName), mail, userPrincipalName };
    this.users.set(user.id, user);
    return user;
  }

  /** Whoever has the address as a name or mail address; comparisons know no case. */
  usersNamed(name: string, by: readonly ('mail' | 'userPrincipalName')[]): User[] {
    const wanted = name.toLowerCase();
    this.lookups.set(wanted, (this.lookups.get(wanted) ?? 0) + 1);
    const found = [...this.users.values()].filter((user) =>
      by.some((field) => user[field]?.toLowerCase() === wanted),
    );
    const domain = wanted.slice(wanted.lastIndexOf('@') + 1);
    if (found.length > 0 || !this.options.everybodyAt.includes(domain)) return found;
    return [this.addUser(wanted)];
  }

  contentById(id: unknown): Entity | undefined {
    return [...this.contents.values()].find((content) => content.id === id);
  }

  activityByExternalId(externalId: string): Entity | undefined {
    return [...this.activities.values()].find((one) => one.externalcourseActivityId === externalId);
  }

  isPoisoned(externalId: unknown): boolean {
    return [...this.poisoned].some((end) => String(externalId).endsWith(end));
  }

  clear(): void {
    this.contents.clear();
    this.activities.clear();
    this.writes.length = 0;
    this.lookups.clear();
  }
}

/** The same for the same name, so that a sandbox that is started again knows the same people. */
function idOf(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}

export const newId = (): string => randomUUID();
