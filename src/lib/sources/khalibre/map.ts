import type { z } from 'zod';
import type { Course } from '../../domain/course';
import type { Mapped } from '../../domain/mapped';
import type { LearnerResult } from '../../domain/learner-result';
import { lowerCasedAddress } from '../mail-address';
import type { Notes } from '../notes';
import { otherCourse, readVendorRow, unmapped } from '../read-row';
import { dateReader, descriptions, picture, trimmed } from '../row-fields';
import type { StatusTable } from '../status-table';
import { readDate } from './dates';
import { courseRow, id, progressRow } from './schema';
import { readStatus } from './status';

/**
 * A course. Left out: `expectedDuration`, because its unit is not published, and the rules of booking.
 * @param baseUrl without a slash at the end. @param notes is told of dates that cannot be read.
 * @returns undefined when the course is hidden.
 */
export function mapCourse(raw: unknown, baseUrl: string, notes: Notes): Mapped<Course> | undefined {
  const parsed = readVendorRow(courseRow, raw, ['courseId', 'isVisible'], notes);
  if (!parsed.success) return unmapped(courseIdOf(raw), parsed.error, raw);
  const row = parsed.data;
  if (row.isVisible === false) return undefined;
  const { courseId } = row;
  const name = trimmed(row.title) ?? trimmed(row.classTitle);
  if (name === undefined) return unmapped(courseId, 'the course has no title', raw);
  const banner = picture(notes, 'bannerUrl', row.bannerUrl, baseUrl);
  const language = row.languages?.map((one) => one.trim()).find((one) => one !== '');
  const date = dateReader(notes, readDate);
  const start = date('startDate', row.startDate);
  const end = date('endDate', row.endDate);
  const createdAt = date('createdDate', row.createdDate);
  const modifiedAt = date('modifiedDate', row.modifiedDate);
  const record: Course = {
    id: courseId,
    name,
    // Where a course is shown without a booking link is not published: the organisation's front page is.
    url: bookingUrl(row, baseUrl) ?? `${baseUrl}/`,
    ...descriptions(row.description),
    ...(banner && { thumbnailSmall: banner, thumbnailLarge: banner }),
    ...(language && { language }),
    ...(start && { start }),
    ...(end && { end }),
    ...(createdAt && { createdAt }),
    ...(modifiedAt && { modifiedAt }),
  };
  return { ok: true, key: courseId, record, raw };
}

export interface ResultContext {
  /** The course whose rows were asked for; undefined when a learner's were. */
  readonly courseId: string | undefined;
  readonly statuses: StatusTable | undefined;
  /** Is told of statuses that nobody knows. */
  readonly notes: Notes;
}

/**
 * A learner's progress. There is no completion date, score or percentage: the percentage is that of the
 * activities. The booking date is not when the learner started.
 */
export function mapResult(
  raw: unknown,
  { courseId: asked, statuses, notes }: ResultContext,
): Mapped<LearnerResult> {
  const parsed = readVendorRow(
    progressRow,
    raw,
    ['courseId', 'emailAddress', 'status', 'statusDescription'],
    notes,
  );
  if (!parsed.success) return unmapped(keyOf(raw, asked), parsed.error, raw);
  const row = parsed.data;
  const courseId = row.courseId ?? asked;
  if (courseId === undefined) return unmapped(undefined, 'the row has no courseId', raw);
  const email = lowerCasedAddress(row.emailAddress);
  const key = keyOf(raw, asked);
  if (asked !== undefined && courseId !== asked) return unmapped(key, otherCourse, raw);
  const { status, unknown } = readStatus(row.status, row.statusDescription, statuses);
  if (unknown) notes.add(unknown);
  const percent = share(row.completedActivity, row.totalActivity);
  if ((row.completedActivity ?? 0) < 0) notes.add('completedActivity cannot be read: it is below 0');
  const date = dateReader(notes, readDate);
  // The booking itself is the last change of who has done nothing since.
  const at = date('recentUpdateDate', row.recentUpdateDate) ?? date('bookingDate', row.bookingDate);
  const record: LearnerResult = {
    courseId,
    ...(email && { email }),
    status,
    ...(percent !== undefined && { percent }),
    ...(at && { at }),
  };
  return { ok: true, key, record, raw };
}

/** The id that a row names, whatever else is wrong with it. */
export function courseIdOf(raw: unknown): string | undefined {
  const { courseId } = (raw ?? {}) as Record<string, unknown>;
  const parsed = id.safeParse(courseId);
  return parsed.success ? parsed.data : undefined;
}

/** A learner in a course of a community, as far as the row says so, whatever else is wrong with it. */
function keyOf(raw: unknown, asked: string | undefined): string | undefined {
  const { emailAddress, community } = (raw ?? {}) as Record<string, unknown>;
  const email = typeof emailAddress === 'string' ? lowerCasedAddress(emailAddress) : undefined;
  const courseId = courseIdOf(raw) ?? asked;
  const communityId = id.safeParse(((community ?? {}) as Record<string, unknown>).id).data ?? '';
  return email && courseId && [email, courseId, communityId].join('\t');
}

/** Activities that were taken out of a course leave learners with more than it has now. */
function share(done: number | null | undefined, all: number | null | undefined): number | undefined {
  if (done == null || all == null || all <= 0 || done < 0) return undefined;
  return Math.min(1, Math.round((done / all) * 10_000) / 10_000);
}

function bookingUrl(row: z.infer<typeof courseRow>, baseUrl: string): string | undefined {
  const all = [row.bookingUrl, ...(row.communities ?? []).map((community) => community.bookingUrl)];
  return all.map((one) => link(one, baseUrl)).find((one) => one !== undefined);
}

/** An absolute https link (http on the origin of a server on this machine); paths are taken as the server's own. */
function link(text: string | null | undefined, baseUrl: string): string | undefined {
  const given = text?.trim();
  if (!given || !URL.canParse(given, `${baseUrl}/`)) return undefined;
  const url = new URL(given, `${baseUrl}/`);
  return url.protocol === 'https:' || url.origin === new URL(baseUrl).origin ? url.href : undefined;
}
