import { utc } from '../domain/time';
import { UnsupportedError } from '../errors';
import { type Engine, openFeed, originOf } from '../sync/engine';
import { isUnchanged } from '../sync/why-not-sent';
import {
  type AtSink,
  type AtSource,
  type Explanation,
  feedAsked,
  feedNow,
  refusals,
  replayOf,
  syncOf,
} from './explanation';

/**
 * Explains a course of a source's catalog; asks the source, sends nothing.
 * @throws UnsupportedError when the source publishes no catalog; what the source throws.
 */
export async function explainCourse(
  engine: Engine,
  asked: { readonly source: string; readonly destination?: string | undefined },
  courseId: string,
  signal: AbortSignal,
): Promise<Explanation> {
  const { source } = asked;
  const feed = feedAsked(engine, { ...asked, kind: 'catalog' });
  const open = openFeed(engine, feed);
  const { source: lms, destination } = open;
  if (!lms.catalog) throw new UnsupportedError(`The source ${source} publishes no catalog`);
  const entry = await engine.catalogLedger.read(feed, courseId);
  const at = await engine.catalogLedger.writtenAt(feed, courseId);
  const course = await lms.catalog.read(courseId, { signal });
  let atSource: AtSource = { found: 'no' };
  let hash: string | undefined;
  if (course && !course.ok) atSource = { found: 'unreadable', reason: course.reason };
  else if (course) {
    const to = originOf(open, utc(engine.now()));
    const encoded = destination.encodeCourse(course.record, to);
    if (encoded.ok) {
      const { name, modifiedAt } = course.record;
      hash = encoded.hash;
      atSource = { found: 'yes', says: { name, ...(modifiedAt && { modified: modifiedAt }) } };
    } else atSource = { found: 'never sent', reason: encoded.skipped };
  }
  let told: AtSink['told'] = 'told';
  if (!entry) told = 'never';
  else if (entry.doubt) told = 'in doubt';
  else if (entry.deleted) told = 'deleted';
  else if (hash !== undefined) told = isUnchanged(entry, hash) ? 'same' : 'differs';
  const quarantine = await refusals(
    engine,
    feed,
    (record) => record.courseId === courseId || mentions(record.raw, courseId),
  );
  const reading = { atSource, atSink: { told, at }, quarantine, feed: await feedNow(engine, feed) };
  return { ...feed, courseId, ...reading, ...whyOf(reading, syncOf(engine, feed, courseId)) };
}

const mentions = (raw: unknown, courseId: string): boolean =>
  typeof raw === 'object' && raw !== null && Object.values(raw).some((value) => String(value) === courseId);

function whyOf(
  { atSource, atSink: { told }, quarantine }: Pick<Explanation, 'atSource' | 'atSink' | 'quarantine'>,
  sync: string,
): Pick<Explanation, 'why' | 'next'> {
  const replay = replayOf(quarantine);
  if (atSource.found === 'unreadable')
    return { why: `The source's course cannot be read: ${atSource.reason}.`, next: replay ?? sync };
  if (atSource.found === 'no') {
    if (told === 'never') return { why: 'Neither the source nor the sink has the course.', next: undefined };
    if (told === 'deleted')
      return { why: 'The source no longer shows the course, and the sink was told.', next: undefined };
    return { why: 'The source no longer shows the course, and the sink was not told yet.', next: sync };
  }
  if (atSource.found !== 'yes')
    return {
      why: `The course is never sent${atSource.found === 'never sent' ? `: ${atSource.reason}` : ''}.`,
      next: undefined,
    };
  if (replay) return { why: `The course is in quarantine: ${quarantine[0]?.reason}.`, next: replay };
  switch (told) {
    case 'same':
      return { why: 'The sink was told just this, and acknowledged it.', next: undefined };
    case 'in doubt':
      return {
        why: 'Something was sent whose acknowledgement is not known; the next sync sends it again.',
        next: sync,
      };
    case 'deleted':
      return { why: 'The sink was told that the course is gone; the source shows it again.', next: sync };
    case 'never':
      return { why: 'No sync has sent the course yet.', next: sync };
    default:
      return { why: 'The source changed the course after the last sync.', next: sync };
  }
}
