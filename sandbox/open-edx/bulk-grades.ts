import type { GradeRow } from '../data/grade-table';
import { random } from '../data/random';
import type { Answer, PocketRequest, PocketServer } from '../server';
import { developerError, signedIn } from './caller';
import { parseNaive } from './naive-time';
import { cutPage, invalidPage, pageAnswer } from './page-numbers';
import type { OpenEdxState } from './state';

/** The fork's `GET /api/grades/v1/user_grades/`: everybody's grades, by time of modification. */
export function addBulkGrades(server: PocketServer, state: OpenEdxState): void {
  const select = selector(state);
  server.on('GET', '/api/grades/v1/user_grades/', (request) => {
    const { options } = state;
    if (!options.bulkGrades) return server.notFound;
    const caller = signedIn(request, state);
    if ('refused' in caller) return caller.refused;
    const username = request.query.get('username') ?? caller.user;
    if (username !== 'all') return ofOne(username, caller.user, state);
    const keyed = options.apiKey === undefined || request.headers['x-edx-api-key'] === options.apiKey;
    if (!options.bulkAdmin || !keyed) {
      const message = 'The requesting user does not have the required credentials';
      return developerError(403, 'user_does_not_have_access', message);
    }
    const bounds = boundsOf(request, state);
    if (!bounds) {
      const message = 'Could not parse date one of the provided date filters';
      return developerError(400, 'date_filter_format', message);
    }
    const rows = select(bounds.from, bounds.to);
    const counted = rows.count + options.phantomGrades;
    const cut = cutPage(request.query, counted, {
      defaultSize: options.defaultPageSize,
      maxSize: options.gradesMaxPageSize,
      honourPageSize: options.honourPageSize,
    });
    if (!cut || (cut.from > 0 && cut.from >= rows.count)) return invalidPage;
    const results = rows.slice(cut.from, Math.min(cut.to, rows.count)).map((row) => ({
      username:
        options.usernames === 'email' ? (row.learner.writtenAs ?? row.learner.email) : row.learner.username,
      letter_grade: row.letter,
      percent: row.percent,
      course_key: row.courseId,
      passed: row.passed,
    }));
    return pageAnswer(request, cut, counted, results, options.linksTo ?? request.origin);
  });
}

/** Places in the table; undefined when a date is not of the server's form. */
function boundsOf(request: PocketRequest, state: OpenEdxState): { from: number; to: number } | undefined {
  const { options, grades } = state;
  const [start, end] = ['start_date', 'end_date'].map((name) => request.query.get(name) ?? '');
  const first = start === '' ? -Infinity : parseNaive(start!, options.timeZone);
  const last = end === '' ? Infinity : parseNaive(end!, options.timeZone);
  if (first === undefined || last === undefined) return undefined;
  const from = grades.position(first, options.startBound === 'exclusive');
  return { from, to: Math.max(from, grades.position(last, options.endBound === 'inclusive')) };
}

interface Selection {
  readonly count: number;
  slice(from: number, to: number): readonly GradeRow[];
}

/** Puts a window's rows in the server's order. By modification they stand so already: nothing is copied. */
function selector(state: OpenEdxState): (from: number, to: number) => Selection {
  const { grades } = state;
  let kept: { key: string; rows: GradeRow[] } | undefined;
  let shuffles = 0;
  return (from, to) => {
    const { order } = state.options;
    if (order === 'modified') {
      return { count: to - from, slice: (a, b) => grades.slice(from + a, from + b) };
    }
    const key = `${order} ${from} ${to} ${grades.version}`;
    if (kept?.key !== key || order === 'unstable') {
      const rows = grades.slice(from, to);
      if (order === 'id') rows.sort((a, b) => a.id - b.id);
      else shuffle(rows, (shuffles += 1));
      kept = { key, rows };
    }
    const { rows } = kept;
    return { count: rows.length, slice: (a, b) => rows.slice(a, b) };
  };
}

function shuffle(rows: GradeRow[], seed: number): void {
  const next = random(seed);
  for (let last = rows.length - 1; last > 0; last -= 1) {
    const other = Math.floor(next() * (last + 1));
    [rows[last], rows[other]] = [rows[other] as GradeRow, rows[last] as GradeRow];
  }
}

/** One learner's grades: a bare array, whose key is `user`. */
function ofOne(username: string, caller: string, state: OpenEdxState): Answer {
  if (username !== caller && !state.options.bulkAdmin) {
    return developerError(403, 'user_mismatch', 'The user requested does not match the logged in user.');
  }
  const rows = [...state.grades].filter((row) => row.learner.username === username);
  if (rows.length === 0) {
    return username === caller
      ? developerError(404, 'no_course_enrollments', 'The user has no course enrollments.')
      : developerError(
          404,
          'user_does_not_exist',
          'The user matching the requested username does not exist.',
        );
  }
  return {
    status: 200,
    body: rows.map((row) => ({
      user: username,
      course_key: row.courseId,
      passed: row.passed,
      percent: row.percent,
      letter_grade: row.letter,
    })),
  };
}
