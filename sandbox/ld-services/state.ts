import { TokenDesk } from '../tokens';
import type { LdServicesOptions } from './options';
import type { WireRecord } from './records';

export type PostKind = 'catalog' | 'consumption';

/** The newest state of one record. */
export interface Held {
  readonly record: WireRecord;
  /** When it was last written, milliseconds since 1970 by the sandbox's clock. */
  readonly at: number;
  /** How often it was written. */
  readonly writes: number;
  /** How often what was written differed from what was held. */
  readonly changes: number;
}

/** A batch that came in, whether or not it was taken. */
export interface Post {
  readonly at: number;
  readonly kind: PostKind;
  readonly idempotencyKey: string | undefined;
  readonly sha256: string;
  readonly bytes: number;
  /** How many; 0 when the body was no array. */
  readonly records: number;
  readonly status: number;
  /** Taken: its records are held. */
  readonly accepted: boolean;
  /** Which field was wrong, for whoever looks from inside; the answer names nothing. */
  readonly wrong?: string;
  readonly body?: readonly WireRecord[];
}

/** All that the sink holds. */
export class LdServicesState {
  /** By `SourceSystemid|ExternalId`. */
  readonly catalog = new Map<string, Held>();
  /** By `UserAlias|ExternalId|SourceSystemId`. */
  readonly consumption = new Map<string, Held>();
  readonly posts: Post[] = [];
  /** ExternalIds and UserAliases that make a whole batch a 400. */
  readonly poisoned = new Set<string>();
  readonly tokens: TokenDesk;
  /** Desks of other servers whose tokens are good here too: managed identities and Entra ID. */
  readonly trusted: TokenDesk[] = [];

  constructor(
    readonly options: LdServicesOptions,
    readonly now: () => number,
  ) {
    const { clientId, clientSecret } = options;
    this.tokens = new TokenDesk({ clientId, clientSecret }, now);
  }

  keyOf(kind: PostKind, record: WireRecord): string {
    const { UserAlias, ExternalId, SourceSystemid, SourceSystemId } = record;
    return kind === 'catalog'
      ? `${String(SourceSystemid)}|${String(ExternalId)}`
      : `${String(UserAlias)}|${String(ExternalId)}|${String(SourceSystemId)}`;
  }

  /** Upserts by natural key; later records of a batch win. */
  take(kind: PostKind, records: readonly WireRecord[]): void {
    const held = this[kind];
    for (const record of records) {
      const key = this.keyOf(kind, record);
      const old = held.get(key);
      const changed = old === undefined || JSON.stringify(old.record) !== JSON.stringify(record);
      held.set(key, {
        record,
        at: this.now(),
        writes: (old?.writes ?? 0) + 1,
        changes: (old?.changes ?? 0) + (changed ? 1 : 0),
      });
    }
  }

  /** Batches and records that came and were taken, so far. */
  counts(kind: PostKind): { posts: number; accepted: number; records: number } {
    const posts = this.posts.filter((post) => post.kind === kind);
    const accepted = posts.filter((post) => post.accepted);
    return {
      posts: posts.length,
      accepted: accepted.length,
      records: accepted.reduce((sum, post) => sum + post.records, 0),
    };
  }

  clear(): void {
    this.catalog.clear();
    this.consumption.clear();
    this.posts.length = 0;
  }
}
