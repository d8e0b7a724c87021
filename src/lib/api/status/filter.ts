import type { Feed, FeedKind } from '../../domain/feed';
import type { RunState } from '../../domain/run';
import { InputError } from '../../errors';

/** What of the overview is wanted; what is left out means all. The state is that of a feed's last run, and of runs. */
export interface StatusFilter {
  readonly source?: string | undefined;
  readonly kind?: FeedKind | undefined;
  readonly destination?: string | undefined;
  readonly state?: RunState | undefined;
}

export const isFilter = (filter: StatusFilter): boolean => Object.values(filter).some(Boolean);

export const lets = ({ source, kind, destination }: StatusFilter, feed: Feed): boolean =>
  (source === undefined || feed.source === source) &&
  (kind === undefined || feed.kind === kind) &&
  (destination === undefined || feed.destination === destination);

/** What there is to choose from, by its ids. */
export interface Choices {
  readonly sources: readonly string[];
  readonly destinations: readonly string[];
}

/** A misspelt id would look like one with nothing in it. @throws InputError */
export function mustBeChoices({ source, destination }: StatusFilter, choices: Choices): void {
  const { sources, destinations } = choices;
  if (source !== undefined && !sources.includes(source))
    throw new InputError('source', `There is no source ${source}; there is ${sources.join(', ') || 'none'}`);
  if (destination !== undefined && !destinations.includes(destination))
    throw new InputError(
      'destination',
      `There is no destination ${destination}; there is ${destinations.join(', ')}`,
    );
}

/** “openedx, catalog”; empty when nothing is left out. */
export const filterWords = ({ source, kind, destination }: StatusFilter): string =>
  [source, kind, destination && `to ${destination}`].filter(Boolean).join(', ');
