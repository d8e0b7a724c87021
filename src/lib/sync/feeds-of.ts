import { type Feed, type FeedKind, feedKinds, type Route } from '../domain/feed';
import { InputError } from '../errors';
import type { Engine } from './engine';

/** What of a source's feeds is wanted; what is left out means all. */
export interface WantedFeeds {
  readonly kind?: FeedKind | undefined;
  readonly destination?: string | undefined;
}

/**
 * The feeds of a source: what it publishes, to each of its destinations that takes it. Whose settings are wrong cannot
 * say what it publishes or takes: its feeds are there, and their runs say what is wrong.
 */
export function feedsOf(engine: Engine, source: string, wanted: WantedFeeds = {}): Feed[] {
  return engine
    .destinationsOf(source)
    .filter((destination) => wanted.destination === undefined || destination === wanted.destination)
    .flatMap((destination) =>
      feedKinds
        .filter((kind) => wanted.kind === undefined || kind === wanted.kind)
        .map((kind) => ({ source, kind, destination }))
        .filter((feed) => publishes(engine, feed) && takes(engine, feed)),
    );
}

function publishes(engine: Engine, { source, kind }: Feed): boolean {
  try {
    return engine.openSource(source).source[kind] !== undefined;
  } catch {
    return true;
  }
}

export function takes(engine: Engine, { destination, kind }: Feed): boolean {
  try {
    return engine.openDestination(destination).takes.includes(kind);
  } catch {
    return true;
  }
}

/** @throws InputError when the settings name no such destination. One whose settings are wrong is one all the same. */
export function mustBeNamed(engine: Engine, destination: string | undefined): void {
  if (destination === undefined) return;
  try {
    engine.openDestination(destination);
  } catch (error) {
    if (error instanceof InputError) throw error;
  }
}

/**
 * For lists: a misspelt destination would look like one with nothing in it. One that the settings no longer name is
 * known as long as something of it is stored.
 * @throws InputError
 */
export async function mustBeKnown(engine: Engine, destination: string | undefined): Promise<void> {
  try {
    mustBeNamed(engine, destination);
  } catch (error) {
    const stored = await engine.feeds.list();
    if (!stored.some(({ feed }) => feed.destination === destination)) throw error;
  }
}

/** What a command that is to be about one feed says of its destination; nothing where the source has one alone. */
export const destinationFlag = (engine: Engine, { source, destination }: Route): string =>
  engine.destinationsOf(source).length > 1 ? ` --destination ${destination}` : '';
