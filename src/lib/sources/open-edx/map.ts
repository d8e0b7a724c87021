import type { z } from 'zod';
import type { Course } from '../../domain/course';
import type { Mapped } from '../../domain/mapped';
import type { LearnerResult } from '../../domain/learner-result';
import { parseUtc } from '../../domain/time';
import { id as anId } from '../forms';
import { lowerCasedAddress } from '../mail-address';
import type { Notes } from '../notes';
import { readVendorRow, unmapped } from '../read-row';
import { dateReader, picture } from '../row-fields';
import { bulkGradeRow, courseGradeRow, courseRow } from './schema';

/** @param baseUrl without a slash at the end. @param notes is told of what cannot be read. */
export function mapCourse(raw: unknown, baseUrl: string, notes: Notes): Mapped<Course> {
  const parsed = readVendorRow(courseRow, raw, ['id', 'course_id', 'name'], notes);
  if (!parsed.success)
    return unmapped(stringField(raw, 'id') ?? stringField(raw, 'course_id'), parsed.error, raw);
  const row = parsed.data;
  const id = row.id || row.course_id;
  if (!id) return unmapped(undefined, 'the course has no id', raw);

  const date = dateReader(notes, (text) => parseUtc(text.trim()));
  const start = date('start', row.start);
  const end = date('end', row.end);
  const enrollmentStart = date('enrollment_start', row.enrollment_start);
  const enrollmentEnd = date('enrollment_end', row.enrollment_end);
  const { small, large } = row.media?.image ?? {};
  const thumbnailSmall = picture(notes, 'media.image.small', small, baseUrl);
  const thumbnailLarge = picture(notes, 'media.image.large', large, baseUrl);
  const record: Course = {
    id,
    name: row.name,
    url: `${baseUrl}/courses/${id}/about`,
    ...(row.org && { org: row.org }),
    ...(row.short_description && { shortDescription: row.short_description }),
    ...(thumbnailSmall && { thumbnailSmall }),
    ...(thumbnailLarge && { thumbnailLarge }),
    ...(start && { start }),
    ...(end && { end }),
    ...(enrollmentStart && { enrollmentStart }),
    ...(enrollmentEnd && { enrollmentEnd }),
  };
  return { ok: true, key: id, record, raw };
}

export interface GradeContext {
  /** Finds the address of a learner of whom the row tells none. */
  readonly addressOf: (username: string) => string | undefined;
  /** Is told of what cannot be read. */
  readonly notes: Notes;
}

/** A row of the bulk grades. */
export function mapBulkGrade(raw: unknown, { addressOf, notes }: GradeContext): Mapped<LearnerResult> {
  const parsed = readVendorRow(bulkGradeRow, raw, ['username', 'course_key', 'passed'], notes);
  if (!parsed.success) {
    return unmapped(
      learnerKey(stringField(raw, 'username'), stringField(raw, 'course_key')),
      parsed.error,
      raw,
    );
  }
  const { username, course_key, ...grade } = parsed.data;
  const email = lowerCasedAddress(username) ?? lowerCasedAddress(addressOf(username));
  return progress(raw, course_key, username, email, grade);
}

/** A row of the grades of one course. */
export function mapCourseGrade(raw: unknown, { addressOf, notes }: GradeContext): Mapped<LearnerResult> {
  const parsed = readVendorRow(courseGradeRow, raw, ['username', 'email', 'course_id', 'passed'], notes);
  if (!parsed.success) {
    return unmapped(
      learnerKey(stringField(raw, 'username'), stringField(raw, 'course_id')),
      parsed.error,
      raw,
    );
  }
  const { username, email, course_id, ...grade } = parsed.data;
  const found =
    lowerCasedAddress(email) ?? lowerCasedAddress(username) ?? lowerCasedAddress(addressOf(username));
  return progress(raw, course_id, username, found, grade);
}

type Grade = Pick<z.infer<typeof bulkGradeRow>, 'passed' | 'percent' | 'letter_grade'>;

function progress(
  raw: unknown,
  courseId: string,
  username: string,
  email: string | undefined,
  grade: Grade,
): Mapped<LearnerResult> {
  const isName = email === undefined || username.toLowerCase() !== email;
  // Field by field: this is made a million times.
  const record: { -readonly [K in keyof LearnerResult]: LearnerResult[K] } = {
    courseId,
    // The letters are each course's own words; `passed` means the same everywhere.
    status: grade.passed ? 'Passed' : 'InProgress',
  };
  if (email !== undefined) record.email = email;
  if (isName) record.username = username;
  const percent = share(grade.percent);
  if (percent === 'unclear') {
    const key = learnerKey(stringField(raw, 'username'), courseId);
    return unmapped(key, 'percent is not a share from 0 to 1', raw);
  }
  if (percent !== undefined) record.percent = percent;
  if (grade.letter_grade) record.grade = grade.letter_grade;
  return { ok: true, key: learnerKey(stringField(raw, 'username'), courseId), record, raw };
}

/** Sums of weights come out a hair beyond 1. */
const noise = 1e-6;

/** A share from 0 to 1; with a percent sign, of a hundred. What lies beyond could be either. */
function share(given: Grade['percent']): number | 'unclear' | undefined {
  if (!given) return undefined;
  const value = given.hasPercentSign ? given.value / 100 : given.value;
  if (value < -noise || value > 1 + noise) return 'unclear';
  return Math.min(1, Math.max(0, value));
}

/** As the source writes them: accounts whose names differ in upper case alone are two rows all the same. */
function learnerKey(learner: string | undefined, courseId: string | undefined): string | undefined {
  return learner === undefined || courseId === undefined ? undefined : `${learner}\t${courseId}`;
}

/** As it is written. */
const stringField = (raw: unknown, name: string): string | undefined => {
  const value = (raw as Record<string, unknown> | null | undefined)?.[name];
  return typeof value === 'string' ? value || undefined : anId.safeParse(value).data;
};
