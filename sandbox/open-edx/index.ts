import { addControl, control, tell } from '../control';
import { PocketServer } from '../server';
import { addBulkGrades } from './bulk-grades';
import type { EdxCourse } from './course';
import { addCourseGrades } from './course-grades';
import { addCourses } from './courses';
import { openEdxDefaults, type OpenEdxOptions } from './options';
import { OpenEdxState, type GradeChange } from './state';
import { addTokenEndpoint } from './token-endpoint';

/** A pocket Open edX that runs. */
export interface OpenEdx {
  readonly url: string;
  readonly state: OpenEdxState;
  readonly server: PocketServer;
  stop(): Promise<void>;
}

/** @throws Error in one sentence when the port is taken. */
export async function startOpenEdx(given: Partial<OpenEdxOptions> = {}): Promise<OpenEdx> {
  const options: OpenEdxOptions = { ...openEdxDefaults, ...given };
  const server = new PocketServer('Open edX', options);
  const state = new OpenEdxState(options, () => server.now());
  server.notFound = { status: 404, body: '<h1>Page not found</h1>' };
  addTokenEndpoint(server, state);
  addCourses(server, state);
  addBulkGrades(server, state);
  addCourseGrades(server, state);
  addControl(server, {
    tokens: state.tokens,
    options,
    summary: () => ({ courses: state.courses.size, grades: state.grades.size, latest: latest(state) }),
  });
  addDataControl(server, state);
  await server.start();
  server.repeat(options.activity, () => state.regrade(1));
  return { url: server.url, state, server, stop: () => server.stop() };
}

function latest(state: OpenEdxState): string | null {
  const row = state.grades.at(-1);
  return row ? new Date(row.modified).toISOString() : null;
}

/** `POST /_sandbox/regrade {count?}`, `/grades {grades: […]}` and `/courses {put?: […], remove?: […]}`. */
function addDataControl(server: PocketServer, state: OpenEdxState): void {
  control(server, '/_sandbox/regrade', (body) => ({
    changed: state.regrade(Number(body.count ?? 1)).length,
  }));
  control(server, '/_sandbox/grades', (body) => {
    for (const change of (body.grades ?? []) as GradeChange[]) state.grade(change);
    for (const gone of (body.remove ?? []) as GradeChange[]) state.removeGrade(gone.email, gone.courseId);
    return { grades: state.grades.size };
  });
  control(server, '/_sandbox/courses', (body) => {
    for (const change of (body.put ?? []) as EdxCourse[]) state.putCourse(change);
    for (const id of (body.remove ?? []) as string[]) state.removeCourse(id);
    return { courses: state.courses.size };
  });
  tell(server, '/_sandbox/courses', () => ({ courses: [...state.courses.values()] }));
  tell(server, '/_sandbox/grades', (request) => {
    const [from, to] = ['from', 'to'].map((name) => Number(request.query.get(name) ?? NaN));
    const first = Number.isNaN(from) ? 0 : state.grades.position(from!, false);
    const last = Number.isNaN(to) ? state.grades.size : state.grades.position(to!, true);
    return { grades: state.grades.slice(first, last) };
  });
}
