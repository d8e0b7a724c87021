import { isDeepStrictEqual } from 'node:util';

export interface Statement {
  readonly id: string;
  readonly actor: Readonly<Record<string, unknown>>;
  readonly verb: { readonly id: string };
  readonly object: { readonly id: string };
  readonly result?: Readonly<Record<string, unknown>>;
  readonly timestamp?: string;
}

export class LrsState {
  /** By id, in the order in which they came. */
  readonly statements = new Map<string, Statement>();
  /** Calls that wrote or were to write, refused ones too. */
  readonly posts: { readonly status: number; readonly statements: number; readonly wrong?: string }[] = [];
  /** Ends of activity ids, decoded, that make a whole batch a 400. */
  readonly poisoned = new Set<string>();

  /** Learners in courses: one may have several statements. */
  get results(): number {
    const all = [...this.statements.values()];
    return new Set(all.map(({ actor, object }) => `${JSON.stringify(actor)} ${object.id}`)).size;
  }

  clear(): void {
    this.statements.clear();
    this.posts.length = 0;
  }

  /** What an LRS sets by itself (when it was told no time) is not compared. */
  differs({ id, ...given }: Statement): boolean {
    const there = this.statements.get(id);
    const bare = (one: object): object => ({ ...one, id: undefined, timestamp: undefined });
    return there !== undefined && !isDeepStrictEqual(bare(there), bare(given));
  }

  isPoisoned({ object }: Statement): boolean {
    return this.poisoned.has(courseOf(object.id));
  }
}

/** The course's id at its source. */
export const courseOf = (activityId: string): string =>
  decodeURIComponent(activityId.slice(activityId.lastIndexOf('/') + 1));
