import { InputError, NotNamedError } from '../errors';
import { nearest } from '../settings/read-group';
import type { Engine } from './engine';

/**
 * Sees to it that a list which is filtered by a source is not empty for a misspelt name.
 * @param stored sources of which something else is stored. @throws InputError with the nearest that there is.
 */
export async function sourceMustBeKnown(
  engine: Engine,
  source: string | undefined,
  stored: readonly string[] = [],
): Promise<void> {
  if (source === undefined || stored.includes(source) || isNamed(engine, source)) return;
  const ids = new Set([
    ...engine.inbox.sources,
    ...stored,
    ...(await engine.feeds.list()).map(({ feed }) => feed.source),
  ]);
  if (ids.has(source)) return;
  const near = nearest(source, [...ids]);
  const known = near ? `did you mean ${near}?` : `there is ${[...ids].join(', ') || 'none yet'}`;
  throw new InputError('source', `There is no source ${source}; ${known}`);
}

function isNamed(engine: Engine, source: string): boolean {
  try {
    return Boolean(engine.openSource(source));
  } catch (error) {
    // One whose settings are wrong is named all the same.
    return !(error instanceof NotNamedError);
  }
}
