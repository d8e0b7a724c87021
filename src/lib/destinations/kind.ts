import type { FeedKind } from '../domain/feed';
import type { SettingsProblem } from '../errors';
import type { ClientDeps } from '../http/client';
import type { Definitions, Environment, Values } from '../settings/read-group';
import type { DestinationSettings } from '../settings/types';
import type { Destination } from './destination';

export interface DestinationDeps extends ClientDeps {
  /** Left out by `check`, which sends nothing. */
  readonly givenIds?: GivenIds;
}

/** Ids that the destination gave to what it was sent, kept for whichever instance comes next. */
export interface GivenIds {
  /** @param names what stands for a thing here; it may name a person, and is kept as a hash. @returns those that are known. */
  read(names: readonly string[]): Promise<ReadonlyMap<string, string>>;
  write(ids: ReadonlyMap<string, string>): Promise<void>;
  forget(name: string): Promise<void>;
  /** Whether none was ever kept. */
  isEmpty(): Promise<boolean>;
}

export interface ReadContext {
  /** The destination's id. */
  readonly id: string;
  /** What the settings' names start with, e.g. `DEST__lrs__`. */
  readonly prefix: string;
  readonly env: Environment;
  /** What is wrong with single settings stands here already; more is added. */
  readonly problems: SettingsProblem[];
}

/** Makes a kind's settings of single values. @returns undefined when a problem was found. */
export type ReadSettings<D extends Definitions, S extends DestinationSettings> = (
  values: Values<D>,
  context: ReadContext,
) => S | undefined;

/** One question of `check`, which sends no record. */
export interface Check {
  readonly what: string;
  /** @returns what was seen, or what cannot be known. @throws what is wrong, in a sentence. */
  run(signal: AbortSignal): Promise<string | Unsure>;
}

/** Nothing speaks against it, and it may be wrong all the same. */
export interface Unsure {
  readonly unsure: string;
}

/** What a folder of this directory offers, and all that is known of it outside. */
export interface DestinationKind<
  D extends Definitions = Definitions,
  S extends DestinationSettings = DestinationSettings,
> {
  /** For docs/settings.md: what it is, in a few words. */
  readonly title: string;
  readonly definitions: D;
  readonly read: ReadSettings<D, S>;
  /** Whether each source has a number there, `LMS__<id>__sourceSystemId`. */
  readonly needsSourceNumber?: boolean;
  /** What it takes. */
  readonly takes: readonly FeedKind[];
  readonly create: (settings: S, deps: DestinationDeps) => Omit<Destination, 'takes'>;
  readonly checks: (settings: S, deps: DestinationDeps) => readonly Check[];
}

/** A kind among others: only what its own `read` gave goes into its `create` and `checks`. */
export const defineDestinationKind = <D extends Definitions, S extends DestinationSettings>(
  kind: DestinationKind<D, S>,
): DestinationKind => kind as unknown as DestinationKind;
