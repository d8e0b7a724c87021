import { SettingsError } from '../errors';
import type { SourceSettings } from '../settings/types';
import { academyOfMine } from './academy-of-mine';
import { khalibre } from './khalibre';
import type { SourceDeps, SourceKind } from './kind';
import { openEdx } from './open-edx';
import type { Source } from './source';
import { tBook } from './t-book';

/** One line a folder. */
export const sourceKinds: Readonly<Record<string, SourceKind>> = {
  'open-edx': openEdx,
  khalibre,
  'academy-of-mine': academyOfMine,
  't-book': tBook,
};

/** @returns undefined when there is no such kind. */
export const sourceKindNamed = (name: string | undefined): SourceKind | undefined =>
  name !== undefined && Object.hasOwn(sourceKinds, name) ? sourceKinds[name] : undefined;

/** @throws SettingsError when there is no such kind, or its settings cannot be used. */
export function createSource(settings: SourceSettings, deps: SourceDeps): Source {
  const kind = sourceKindNamed(settings.kind);
  if (kind) return kind.create(settings, deps);
  const message = `is not a kind of source; it is one of ${Object.keys(sourceKinds).join(', ')}`;
  throw new SettingsError([{ setting: `LMS__${settings.id}__kind`, message }]);
}
