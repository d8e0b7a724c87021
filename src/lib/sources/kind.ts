import type { SettingsProblem } from '../errors';
import type { ClientDeps } from '../http/client';
import type { Definitions, Values } from '../settings/read-group';
import type { SourceSettings } from '../settings/types';
import type { Source } from './source';

export interface SourceDeps extends ClientDeps {
  /** Finds a learner's address by the name at the source, where the results of a course give none. */
  readonly addressOf?: (username: string) => string | undefined;
}

/** What a source is made with: the settings that all have, and those that its own `definitions` give. */
export type SettingsOf<D extends Definitions> = SourceSettings & Values<D>;

/** What a folder of this directory offers, and all that is known of it outside. */
export interface SourceKind<D extends Definitions = Definitions, S extends SourceSettings = SourceSettings> {
  /** For docs/settings.md: what it is, in a few words. */
  readonly title: string;
  /** Its own settings, beside those that every source has: what it is asked with, too. */
  readonly definitions: D;
  /** What it cannot do without: one group of the list must be whole. */
  readonly credentials: readonly (readonly string[])[];
  /** It has neither a catalog nor results: nothing of it goes anywhere. */
  readonly withoutFeeds?: true;
  /** What is wrong with its own settings when they are taken together. @param prefix of the settings' names. */
  readonly problems?: (values: Values<D>, prefix: string) => readonly SettingsProblem[];
  readonly create: (settings: S, deps: SourceDeps) => Source;
}

/** A kind among others: only what its own `definitions` gave goes into its `create` and `problems`. */
export const defineSourceKind = <D extends Definitions>(kind: SourceKind<D, SettingsOf<D>>): SourceKind =>
  kind as unknown as SourceKind;
