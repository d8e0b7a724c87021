import type { FeedKind } from '../domain/feed';
import type { Utc } from '../domain/time';
import type { Call } from './call';

/* The vendor's side of webhooks: what they say, and how they are set up. */

/** Events whose bodies do not say which they are. The address that each is sent to does: `?event=<name>`. */
export interface NamedEvents {
  /** Every name the vendor has, and the feed to look at again; null for those that are kept and no more. */
  readonly names: Readonly<Record<string, FeedKind | null>>;
  /** The name as it stands in `names`, of one that is written in another way; undefined when there is none. */
  nameOf(text: string): string | undefined;
  /** The id of a course that a value holds; undefined when no course can have it. */
  courseIdOf(value: unknown): string | undefined;
  /** What a body says, as far as it can be read. Never throws. */
  read(body: unknown): EventBody;
}

export interface EventBody {
  /** Undefined when there is none, or more than one. */
  readonly courseId: string | undefined;
  /** Lower-cased mail address; undefined when there is none, or more than one. */
  readonly learner: string | undefined;
}

/** The webhooks that a vendor keeps, one for each event and address. */
export interface WebhookAdmin {
  list(call: Call): Promise<WebhookList>;
  /**
   * Sends an event to an address from now on. Not repeated: when it is unclear whether it happened, list.
   * @param url holds a secret. @returns the new webhook's id, when the vendor tells.
   * @throws RetryableError, PayloadError when nobody can tell whether it happened.
   */
  create(event: string, url: string, call: Call): Promise<string | undefined>;
  /** Leads a webhook to another address; left out when the vendor has no such call. Safe to repeat. */
  update?(id: string, event: string, url: string, call: Call): Promise<void>;
  /** What was sent to a webhook's address, newest first. */
  log(id: string, cursor: string | undefined, call: Call): Promise<LogPage>;
}

export interface WebhookList {
  readonly webhooks: readonly ListedWebhook[];
  /** False when the vendor counts more than it gives, or gives what cannot be read. */
  readonly complete: boolean;
}

/** Nothing is told of where it leads unless the vendor does. */
export interface ListedWebhook {
  readonly id: string;
  readonly events: readonly string[];
  readonly createdAt?: Utc;
}

export interface LogPage {
  readonly deliveries: readonly LoggedDelivery[];
  readonly next: string | undefined;
  /** Rows that cannot be read. */
  readonly unreadable: number;
}

export interface LoggedDelivery {
  readonly id: string;
  readonly event: string | undefined;
  /** Undefined when the log does not show what was sent. */
  readonly body: unknown;
  /** To the minute; undefined when it cannot be read. */
  readonly at: Utc | undefined;
  /** Whether the vendor says that it did not get through. */
  readonly failed: boolean;
}
