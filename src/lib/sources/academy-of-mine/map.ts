import type { z } from 'zod';
import type { Course } from '../../domain/course';
import type { Mapped } from '../../domain/mapped';
import type { LearnerResult } from '../../domain/learner-result';
import type { Utc } from '../../domain/time';
import { whereWrong } from '../../http/read-answer';
import type { AcademySettings } from './settings';
import { mailAddress } from '../mail-address';
import type { Notes } from '../notes';
import { readVendorRow } from '../read-row';
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
  const name = row.name?.trim();
  if (!name) return { ok: false, key, reason: 'the course has no name', raw };
  const description = row.instructions?.trim();
  const image = secureLink(row.featuredImageUrl);
  const keywords = (row.categories ?? []).flatMap((one) => context.categories.get(one) ?? []);
  const minutes = durationMinutes(row.estimatedCompletion, row.estimationCompletedUnit);
  const end = calendarDay(row.durationSpecificDate, settings.timeZone, notes);
  const record: Course = {
    id: prefix + row.id,
    name,
    url: courseAddress(row.id, row.slug, prefix, settings),
    ...(description && isShort(description) && { shortDescription: description }),
    ...(description && { longDescription: description }),
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
  if (courseId === undefined) return { ok: false, key, reason: 'the row has no course_id', raw };
  if (asked !== undefined && courseId !== asked)
    return { ok: false, key, reason: 'the row belongs to another course than the one asked for', raw };
  const { status, unknown } = readStatus(row.status, settings.statuses);
  if (unknown) notes.add(unknown);
  const date = (field: keyof typeof row & `${string}_on`): Utc | undefined => {
    const read = readDate(row[field], settings.timeZone);
    if (read === 'unreadable') notes.add(`${field} cannot be read as a date`);
    return read === 'none' || read === 'unreadable' ? undefined : read;
  };
  const email = mailAddress(row.email);
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

/** A day without a time stays that day, wherever the tenant is. */
function calendarDay(text: string | null | undefined, timeZone: string, notes: Notes): Utc | undefined {
  const dateOnly = !/\d:\d/.test(text ?? '');
  const read = readDate(text, dateOnly ? 'UTC' : timeZone);
  if (read === 'unreadable') notes.add('durationSpecificDate cannot be read as a date');
  return read === 'none' || read === 'unreadable' ? undefined : read;
}

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

function secureLink(text: string | null | undefined): string | undefined {
  const given = text?.trim() ?? '';
  return URL.canParse(given) && new URL(given).protocol === 'https:' ? new URL(given).href : undefined;
}

/** Rounded, so that what comes out a hair beyond is not. */
function share(percent: number | null | undefined): number | 'none such' | undefined {
  if (percent == null) return undefined;
  const rounded = Math.round(percent * 100) / 10_000;
  // Minus a hair is rounded to -0.
  return rounded < 0 || rounded > 1 ? 'none such' : Math.abs(rounded);
}

const isShort = (text: string): boolean => text.length <= 250 && !/[\n<]/.test(text);

const unmapped = (key: string | undefined, error: z.ZodError, raw: unknown): Mapped<never> => ({
  ok: false,
  key,
  reason: `the row is wrong at ${whereWrong(error)}`,
  raw,
});
