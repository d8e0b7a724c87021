import type { PocketServer } from '../../../sandbox/server';
import type { FeedKind } from '../../../src/lib/domain/feed';

/** A pocket server of a kind of destination, and what was told to it. */
export interface Counterpart {
  readonly server: PocketServer;
  /** The settings that lead there, without their prefix. */
  readonly settings: Readonly<Record<string, string>>;
  /** By the course's id at the source: its name, and whether it was withdrawn. */
  courses(): ReadonlyMap<string, { readonly name: string; readonly gone: boolean }>;
  /** By `course id|mail address`: how far they are, in the destination's own words. */
  results(): ReadonlyMap<string, string>;
  /** How many writes were tried, refused ones too. */
  writes(): number;
  /** Whatever names one of these is refused from now on. */
  poison(courseIds: readonly string[]): void;
  /** From now on other credentials alone are taken, or no token that was given before. @returns the settings that changed. */
  rotate(): Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

export interface KindUnderTest {
  readonly name: string;
  readonly takes: readonly FeedKind[];
  /** Where writes go, a part of the path; tokens and look-ups do not. */
  readonly writesTo: string;
  start(): Promise<Counterpart>;
}
