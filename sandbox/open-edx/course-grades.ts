import type { GradeRow } from '../data/grade-table';
import type { Answer, PocketRequest, PocketServer } from '../server';
import { developerError, forbidden, signedIn } from './caller';
import type { OpenEdxState } from './state';

/** The standard grades of one course, by cursor: `?course_id=` or in the path. There is no count and no date. */
export function addCourseGrades(server: PocketServer, state: OpenEdxState): void {
  server.on('GET', '/api/grades/v1/courses/', (request) =>
    answer(request, request.query.get('course_id') ?? '', state),
  );
  server.on('GET', '/api/grades/v1/courses/:id/', (request) =>
    answer(request, request.params.id ?? '', state),
  );
}

function answer(request: PocketRequest, courseId: string, state: OpenEdxState): Answer {
  const caller = signedIn(request, state);
  if ('refused' in caller) return caller.refused;
  const username = request.query.get('username');
  // Course staff is not enough: only global staff sees others.
  if (!state.options.staff && username !== caller.user) {
    return forbidden;
  }
  if (!/^course-v1:[^+/\s]+\+[^+/\s]+\+[^+/\s]+$/.test(courseId)) {
    return developerError(404, 'invalid_course_key', 'The provided course key cannot be parsed.');
  }
  if (!state.courses.has(courseId)) {
    return developerError(404, 'course_does_not_exist', 'The provided course does not exist.');
  }
  const rows = state.grades.ofCourse(courseId);
  if (username !== null) return ofOne(rows, username, state);
  const asked = Number(request.query.get('page_size') ?? '');
  const size = Number.isInteger(asked) && asked > 0 ? asked : 50;
  const cursor = readCursor(request.query.get('cursor'));
  if (!cursor) return developerError(404, undefined, 'Invalid cursor');
  const after = rows.filter((row) => (cursor.reverse ? row.id < cursor.id : row.id > cursor.id));
  const page = cursor.reverse ? after.slice(-size) : after.slice(0, size);
  const link = (to: string): string => {
    const query = new URLSearchParams(request.query);
    query.set('cursor', Buffer.from(to).toString('base64'));
    return `${state.options.linksTo ?? request.origin}${encodeURI(request.path)}?${query.toString()}`;
  };
  const [first, last] = [page[0], page.at(-1)];
  return {
    status: 200,
    body: {
      next: last && last.id < (rows.at(-1) as GradeRow).id ? link(`p=${last.id}`) : null,
      previous: first && first.id > (rows[0] as GradeRow).id ? link(`r=1&p=${first.id}`) : null,
      results: page.filter((row) => !state.failing.has(row.id)).map((row) => gradeJson(row, state)),
    },
  };
}

function ofOne(rows: readonly GradeRow[], username: string, state: OpenEdxState): Answer {
  const row = rows.find((candidate) => candidate.learner.username === username);
  if (row) return { status: 200, body: [gradeJson(row, state)] };
  const known = [...state.grades].some((candidate) => candidate.learner.username === username);
  return known || username === state.options.username
    ? developerError(404, 'user_not_enrolled', 'The user is not enrolled in this course.')
    : developerError(404, 'user_does_not_exist', 'The user matching the requested username does not exist.');
}

const gradeJson = (row: GradeRow, state: OpenEdxState): object => ({
  username: row.learner.username,
  email: state.options.courseGradeEmails === 'all' ? row.learner.email : '',
  course_id: row.courseId,
  passed: row.passed,
  percent: row.percent,
  letter_grade: row.letter === '' ? null : row.letter,
});

/** As Django REST framework writes them: base64 of `p=<id>`, with `r=1` for the way back. */
function readCursor(text: string | null): { id: number; reverse: boolean } | undefined {
  if (text === null) return { id: 0, reverse: false };
  const fields = new URLSearchParams(Buffer.from(text, 'base64').toString('utf8'));
  const place = fields.get('p') ?? '';
  return /^\d+$/.test(place) ? { id: Number(place), reverse: fields.get('r') === '1' } : undefined;
}
