import { lowerCasedAddress } from '../mail-address';
import type { EventBody } from '../source';

type Fields = Readonly<Record<string, unknown>>;

// A body holds 256 KiB at the most; what is worth reading stands near its top.
const deepest = 12;
const most = 5_000;

/**
 * What a body is about. All that is published of one with a course is that it begins with `userList`, so ids are
 * taken from wherever a field is named after a course: `course_id`, `courseId`, `enrollCoursesIds`, and `id` within
 * `course`, `courses` or `enrolledCourses`. Several courses are as good as none: who guesses looks at the wrong one.
 */
export function readBody(body: unknown): EventBody {
  const courses = new Set<string>();
  const learners = new Set<string | undefined>();
  let seen = 0;
  const visit = (value: unknown, depth: number): void => {
    if (depth > deepest || ++seen > most) return;
    if (Array.isArray(value)) for (const one of value) visit(one, depth + 1);
    if (!isFields(value)) return;
    for (const [field, content] of Object.entries(value)) {
      const name = field.toLowerCase().replace(/[^a-z]/g, '');
      if (/courses?ids?$/.test(name)) add(courses, content);
      // `totalCourses: 3` is no id.
      if (/courses?(list|data|details?)?$/.test(name) && (typeof content === 'object' || name === 'course'))
        add(courses, content, 'id');
      if (/^(users?|students?|learners?)(list)?$/.test(name))
        for (const one of listOf(content)) if (isFields(one)) learners.add(mailOf(one));
      visit(content, depth + 1);
    }
  };
  visit(body, 0);
  if (learners.size === 0 && isFields(body)) learners.add(mailOf(body));
  return {
    courseId: seen > most ? undefined : only(courses),
    learner: only(learners),
  };
}

/** Ids as they are, and those of objects. */
function add(ids: Set<string>, content: unknown, field?: string): void {
  for (const one of listOf(content)) {
    const id = field !== undefined && isFields(one) ? one[field] : one;
    const read = courseIdOf(id);
    if (read !== undefined) ids.add(read);
  }
}

/** `-1` stands for all of them in many a call of the vendor's, and `1,2` for two: neither names a course. */
export function courseIdOf(value: unknown): string | undefined {
  const text = typeof value === 'number' || typeof value === 'string' ? String(value).trim() : '';
  return /^[1-9]\d{0,14}$/.test(text) ? text : undefined;
}

const mailOf = ({ email }: Fields): string | undefined =>
  typeof email === 'string' ? lowerCasedAddress(email) : undefined;

const only = <T>(set: ReadonlySet<T>): T | undefined => (set.size === 1 ? [...set][0] : undefined);

const listOf = (content: unknown): readonly unknown[] => (Array.isArray(content) ? content : [content]);

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
