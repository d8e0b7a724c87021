import { SettingsError } from '../errors';
import type { SourceSettings } from '../settings/types';
import { createAcademyOfMine } from './academy-of-mine';
import { createKhalibre } from './khalibre';
import { createOpenEdx, type OpenEdxDeps } from './open-edx';
import { createTBook } from './t-book';
import type { Source } from './source';

/** All that any sourceKind may need; a kind takes what it knows. */
export type SourceDeps = OpenEdxDeps;

/** One line a folder. */
const sourceKinds: Readonly<Record<string, (settings: SourceSettings, deps: SourceDeps) => Source>> = {
  'open-edx': createOpenEdx,
  khalibre: createKhalibre,
  'academy-of-mine': createAcademyOfMine,
  't-book': createTBook,
};

/** @throws SettingsError when there is no such kind, or its settings cannot be used. */
export function createSource(settings: SourceSettings, deps: SourceDeps): Source {
  const create = Object.hasOwn(sourceKinds, settings.kind) ? sourceKinds[settings.kind] : undefined;
  if (create) return create(settings, deps);
  const message = `is not a kind of source; it is one of ${Object.keys(sourceKinds).join(', ')}`;
  throw new SettingsError([{ setting: `LMS__${settings.id}__kind`, message }]);
}
