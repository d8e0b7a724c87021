import { NotNamedError, SettingsError } from '../errors';
import type { DestinationEntry } from '../settings/types';
import type { Destination } from './destination';
import type { Check, DestinationDeps, DestinationKind } from './kind';
import { ldServices } from './ld-services';
import { none, noneKind } from './none';
import { signedWebhook } from './signed-webhook';
import { vivaLearning } from './viva-learning';
import { xapi } from './xapi';

/** One line a folder. */
export const destinationKinds: Readonly<Record<string, DestinationKind>> = {
  'ld-services': ldServices,
  'signed-webhook': signedWebhook,
  'viva-learning': vivaLearning,
  xapi,
};

/** What `ld` is, which has no setting that says so. */
export const kindOfFirst = 'ld-services';

type Right = DestinationEntry & { readonly ok: true };

/** @throws NotNamedError when there is no such destination, SettingsError when its settings are wrong. */
export function destinationNamed(entries: readonly DestinationEntry[], id: string): Right {
  const entry = entries.find((candidate) => candidate.id === id);
  if (!entry) {
    const names = entries.map((one) => one.id).join(', ') || 'none';
    throw new NotNamedError('destination', `There is no destination ${id}; DESTINATIONS names ${names}`, 400);
  }
  if (!entry.ok) throw new SettingsError(entry.problems);
  return entry;
}

export function createDestination({ kind, settings }: Right, deps: DestinationDeps): Destination {
  const { create, takes } = kindNamed(kind);
  return { ...create(settings, deps), takes };
}

export const checksOf = ({ kind, settings }: Right, deps: DestinationDeps): readonly Check[] =>
  kindNamed(kind).checks(settings, deps);

function kindNamed(name: string): DestinationKind {
  const kind = name === noneKind ? none : destinationKinds[name];
  if (!kind) throw new TypeError(`There is no destinationKind ${name}`);
  return kind;
}
