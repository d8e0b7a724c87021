import type { Course } from '../../domain/course';
import type { Mapped } from '../../domain/mapped';
import type { LearnerResult } from '../../domain/learner-result';
import type { Utc } from '../../domain/time';
import type { AcademySettings } from './settings';
import { lowerCasedAddress } from '../mail-address';
import type { Notes } from '../notes';
import { otherCourse, readVendorRow, unmapped } from '../read-row';
import { dateReader, descriptions, picture, trimmed } from '../row-fields';
import { readDate } from './dates';
import { courseDetail, id, reportRow } from './schema';
import { isDraft, readStatus } from './status';

export interface CourseContext {
  readonly settings: Pick<AcademySettings, 'baseUrl' | 'timeZone' | 'courseUrl'>;
  /** Put before the id: learning paths are counted apart from courses. */
  readonly prefix: '' | 'lp-';
  /** Names of categories by id. */
  readonly categories: ReadonlyMap<string, string>;
  readonly notes: Notes;
}

/**
 * A course or a learning path, from its detail alone, so that it is the same whether it was met in the list or read
 * by itself. There is no address of a course, no language, and no date of change.
 * @returns undefined when it is a draft.
 */
export function mapCourse(raw: unknown, context: CourseContext): Mapped<Course> | undefined {
  const { prefix, settings, notes } = context;
  const key = courseKey(raw, prefix);
  const parsed = readVendorRow(courseDetail, raw, ['id', 'name', 'status'], notes);
  if (!parsed.success) return unmapped(key, parsed.error, raw);
  const row = parsed.data;
  if (isDraft(row.status)) return undefined;
  const name = trimmed(row.name);
  if (name === undefined) return unmapped(key, 'the course has no name', raw);
  const image = picture(notes, 'featuredImageUrl', row.featuredImageUrl, settings.baseUrl);
  const keywords = (row.categories ?? []).flatMap((one) => context.categories.get(one) ?? []);
  const minutes = durationMinutes(row.estimatedCompletion, row.estimationCompletedUnit);
  const day = dateReader(notes, (text) => readDate(text, hasTime(text) ? settings.timeZone : 'UTC'));
  const end = day('durationSpecificDate', row.durationSpecificDate);
  const record: Course = {
    id: prefix + row.id,
    name,
    url: courseAddress(row.id, row.slug, prefix, settings),
    ...descriptions(row.instructions),
    ...(keywords.length > 0 && { keywords }),
    ...(image && { thumbnailSmall: image, thumbnailLarge: image }),
    ...(minutes !== undefined && { durationMinutes: minutes }),
    ...(end && { end }),
  };
  return { ok: true, key, record, raw };
}

export interface ResultContext {
  /** The course whose report was asked for; undefined when several were. */
  readonly courseId: string | undefined;
  readonly settings: Pick<AcademySettings, 'timeZone' | 'statuses'>;
  readonly notes: Notes;
}

/** A row of the Course Detail Report. Percentages are of a hundred; `percent_achieved` is the score. */
export function mapResult(raw: unknown, context: ResultContext): Mapped<LearnerResult> {
  const { courseId: asked, settings, notes } = context;
  const key = progressKey(raw, asked);
  const parsed = readVendorRow(reportRow, raw, ['user_id', 'course_id', 'email', 'status'], notes);
  if (!parsed.success) return unmapped(key, parsed.error, raw);
  const row = parsed.data;
  const courseId = row.course_id ?? asked;
  if (courseId === undefined) return unmapped(key, 'the row has no course_id', raw);
  if (asked !== undefined && courseId !== asked) return unmapped(key, otherCourse, raw);
  const { status, unknown } = readStatus(row.status, settings.statuses);
  if (unknown) notes.add(unknown);
  const read = dateReader(notes, (text) => readDate(text, settings.timeZone));
  const date = (field: keyof typeof row & `${string}_on`): Utc | undefined => read(field, row[field]);
  const email = lowerCasedAddress(row.email);
  const percent = share(row.percent_complete);
  if (percent === 'none such') notes.add('percent_complete is not a percentage from 0 to 100');
  const grade = row.percent_achieved == null ? undefined : String(row.percent_achieved);
  const startedAt = date('started_on');
  const completedAt = date('completed_on');
  const at = [date('registered_on'), startedAt, completedAt, date('last_accessed_on')]
    .filter((one) => one !== undefined)
    .sort()
    .at(-1);
  const record: LearnerResult = {
    courseId,
    ...(email && { email }),
    status,
    ...(typeof percent === 'number' && { percent }),
    ...(grade !== undefined && { grade }),
    ...(startedAt && { startedAt }),
    ...(completedAt && { completedAt }),
    ...(at && { at }),
  };
  return { ok: true, key, record, raw };
}

/** The id that a row of a list or a detail names, whatever else is wrong with it. */
export function courseKey(raw: unknown, prefix = ''): string | undefined {
  const parsed = id.safeParse(((raw ?? {}) as Record<string, unknown>).id);
  return parsed.success ? prefix + parsed.data : undefined;
}

/** A learner in a course of a portal, as far as the row says so: one who is in two portals has two rows. */
function progressKey(raw: unknown, asked: string | undefined): string | undefined {
  const { user_id, course_id, portal_name } = (raw ?? {}) as Record<string, unknown>;
  const userId = id.safeParse(user_id).data;
  const courseId = id.safeParse(course_id).data ?? asked;
  const portal = typeof portal_name === 'string' ? portal_name : '';
  return userId && courseId && [userId, courseId, portal].join('\t');
}

/** Days and weeks say nothing of how long somebody sits there. */
function durationMinutes(
  amount: number | null | undefined,
  unit: string | null | undefined,
): number | undefined {
  if (amount == null || amount <= 0) return undefined;
  if (/^\s*min/i.test(unit ?? '')) return Math.round(amount);
  return /^\s*(hour|hr)/i.test(unit ?? '') ? Math.round(amount * 60) : undefined;
}

/** A day without one stays that day, wherever the tenant is. */
const hasTime = (text: string): boolean => /\d:\d/.test(text);

function courseAddress(
  courseId: string,
  slug: string | null | undefined,
  prefix: string,
  { baseUrl, courseUrl }: CourseContext['settings'],
): string {
  // Neither the page of a learning path nor, without a slug, one that is named by it can be told.
  const known = courseUrl && prefix === '' && (slug || !courseUrl.includes('{slug}'));
  if (!known) return `${baseUrl}/`;
  return courseUrl
    .replaceAll('{id}', encodeURIComponent(courseId))
    .replaceAll('{slug}', encodeURIComponent(slug ?? ''));
}

/** Rounded, so that what comes out a hair beyond is not. */
function share(percent: number | null | undefined): number | 'none such' | undefined {
  if (percent == null) return undefined;
  const rounded = Math.round(percent * 100) / 10_000;
  // Minus a hair is rounded to -0.
  return rounded < 0 || rounded > 1 ? 'none such' : Math.abs(rounded);
}
