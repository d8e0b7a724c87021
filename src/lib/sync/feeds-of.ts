import { type Feed, type FeedKind, feedKinds } from '../domain/feed';
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
