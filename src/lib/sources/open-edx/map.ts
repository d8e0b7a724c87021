import type { z } from 'zod';
import type { Course } from '../../domain/course';
import type { Mapped } from '../../domain/mapped';
import type { LearnerResult } from '../../domain/learner-result';
import { parseUtc, type Utc } from '../../domain/time';
import { whereWrong } from '../../http/read-answer';
import { id as anId, saysNothing } from '../forms';
import type { Notes } from '../notes';
import { readVendorRow } from '../read-row';
import { bulkGradeRow, courseGradeRow, courseRow } from './schema';

/** @param baseUrl without a slash at the end. @param notes is told of what cannot be read. */
export function mapCourse(raw: unknown, baseUrl: string, notes: Notes): Mapped<Course> {
  const parsed = readVendorRow(courseRow, raw, ['id', 'course_id', 'name'], notes);
  if (!parsed.success)
    return unmapped(stringField(raw, 'id') ?? stringField(raw, 'course_id'), parsed.error, raw);
  const row = parsed.data;
  const id = row.id || row.course_id;
  if (!id) return { ok: false, key: undefined, reason: 'the course has no id', raw };

  const times: Record<string, Utc> = {};
  for (const [name, value] of [
    ['start', row.start],
    ['end', row.end],
    ['enrollmentStart', row.enrollment_start],
    ['enrollmentEnd', row.enrollment_end],
  ] as const) {
    if (!value || saysNothing(value)) continue;
    const time = parseUtc(value.trim());
    if (time) times[name] = time;
    else notes.add(`${name} cannot be read as a date`);
  }
  const record: Course = {
    id,
    name: row.name,
    url: `${baseUrl}/courses/${id}/about`,
    ...(row.org && { org: row.org }),
    ...(row.short_description && { shortDescription: row.short_description }),
    ...optional('thumbnailSmall', absolute(row.media?.image?.small, baseUrl)),
    ...optional('thumbnailLarge', absolute(row.media?.image?.large, baseUrl)),
    ...times,
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
  const email = address(username) ?? address(addressOf(username));
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
  const found = address(email) ?? address(username) ?? address(addressOf(username));
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
    const reason = 'percent is not a share from 0 to 1';
    return { ok: false, key: learnerKey(stringField(raw, 'username'), courseId), reason, raw };
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

function address(text: string | null | undefined): string | undefined {
  const trimmed = text?.trim().toLowerCase();
  return trimmed && /^[^\s@]+@[^\s@]+$/.test(trimmed) ? trimmed : undefined;
}

/** Older servers give some images as a path. */
function absolute(uri: string | null | undefined, baseUrl: string): string | undefined {
  if (!uri || !URL.canParse(uri, `${baseUrl}/`)) return undefined;
  if (/^https?:\/\//i.test(uri)) return uri;
  const url = new URL(uri, `${baseUrl}/`);
  return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : undefined;
}

const optional = <K extends string, V>(name: K, value: V | undefined): Partial<Record<K, V>> =>
  value === undefined ? {} : ({ [name]: value } as Record<K, V>);

/** As it is written. */
const stringField = (raw: unknown, name: string): string | undefined => {
  const value = (raw as Record<string, unknown> | null | undefined)?.[name];
  return typeof value === 'string' ? value || undefined : anId.safeParse(value).data;
};

function unmapped(key: string | undefined, error: z.ZodError, raw: unknown): Mapped<never> {
  return { ok: false, key, reason: `the row is wrong at ${whereWrong(error)}`, raw };
}
