import type { EventTask } from '../domain/event';
import { feedKinds, type FeedKind } from '../domain/feed';
import type { Source } from '../sources/source';
import type { Recognised } from './recognise';

const quarterMs = 15 * 60_000;

/** When the quarter of an hour ends in which an event came. @param at milliseconds since 1970. */
export const endOfQuarter = (at: number): number => (Math.floor(at / quarterMs) + 1) * quarterMs;

/**
 * What to do about an event: look at its course again; when nobody can tell which one that is, start a run at the
 * end of the quarter of an hour; or nothing.
 * @param at when it came, milliseconds since 1970.
 */
export function taskFor(
  source: Source,
  { type, named, courseId, learner }: Recognised,
  at: number,
): EventTask {
  if (!type) return named ? ignoreType(named) : deltaTask(source, feedKinds, at);
  const kind: FeedKind = type === 'course.status' || type === 'course.activity' ? 'consumption' : 'catalog';
  const windowed = kind === 'consumption' && source.consumption?.type === 'windowed';
  // A community does not say which courses it has; and a windowed feed cannot be asked for a course.
  if (type === 'community.updated' || windowed || courseId === undefined)
    return deltaTask(source, [kind], at);
  if (!source[kind]) return ignoreKinds(source, [kind]);
  return { type: 'course', kind, courseId, ...(kind === 'consumption' && learner ? { learner } : {}) };
}

/** A run of each kind, at the end of the quarter of an hour. @param at when the event came, milliseconds since 1970. */
export function deltaTask(source: Source, wanted: readonly FeedKind[], at: number): EventTask {
  const kinds = wanted.filter((kind) => source[kind]);
  return kinds.length > 0 ? { type: 'delta', kinds, tick: endOfQuarter(at) } : ignoreKinds(source, wanted);
}

const ignoreKinds = (source: Source, kinds: readonly FeedKind[]): EventTask => ({
  type: 'ignore',
  why: `The source ${source.id} (${source.sourceKind}) publishes no ${kinds.join(' or ')}`,
});

const ignoreType = (named: string): EventTask => ({
  type: 'ignore',
  why: `Nothing is to be done about events of the type ${named}`,
});

/** When a task is due at the earliest, milliseconds since 1970. */
export const dueAtOf = (task: EventTask, at: number): number => (task.type === 'delta' ? task.tick : at);
