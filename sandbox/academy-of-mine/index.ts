import { addControl, control, tell } from '../control';
import { PocketServer } from '../server';
import type { AcCourse, AcEnrolment } from './data';
import { notFound } from './gateway';
import { academyDefaults, type AcademyOptions } from './options';
import { addReads, addReports } from './reads';
import { AcademyState } from './state';
import { AcademyWebhooks, addWebhooks } from './webhooks';
import { addWrites } from './writes';

/** A pocket Academy of Mine that runs. */
export interface Academy {
  readonly url: string;
  readonly state: AcademyState;
  readonly server: PocketServer;
  readonly webhooks: AcademyWebhooks;
  stop(): Promise<void>;
}

/** @throws Error in one sentence when the port is taken. */
export async function startAcademy(given: Partial<AcademyOptions> = {}): Promise<Academy> {
  const options: AcademyOptions = { ...academyDefaults, ...given };
  const server = new PocketServer('Academy of Mine', options);
  const state = new AcademyState(options, () => server.now());
  server.notFound = notFound;
  addReads(server, state);
  addReports(server, state);
  addWrites(server, state);
  const webhooks = new AcademyWebhooks(state);
  addWebhooks(server, state, webhooks);
  addControl(server, {
    options,
    summary: () => ({
      courses: state.courses.size,
      published: state.published().length,
      users: state.users.size,
      enrolments: state.enrolments.size,
    }),
  });
  addDataControl(server, state);
  await server.start();
  server.repeat(options.activity, () => state.act(1));
  return { url: server.url, state, server, webhooks, stop: () => server.stop() };
}

/** `POST /_sandbox/courses {put?, remove?}`, `/enrolments {put?, remove?}` and `/act {count?}`; GET tells each. */
function addDataControl(server: PocketServer, state: AcademyState): void {
  control(server, '/_sandbox/courses', (body) => {
    for (const change of (body.put ?? []) as (Partial<AcCourse> & { id: number })[]) state.putCourse(change);
    for (const id of (body.remove ?? []) as number[]) state.removeCourse(id);
    return { courses: state.courses.size };
  });
  control(server, '/_sandbox/enrolments', (body) => {
    for (const change of (body.put ?? []) as (Partial<AcEnrolment> & { courseId: number; userId: number })[])
      state.enrol(change);
    for (const id of (body.remove ?? []) as number[]) state.enrolments.delete(id);
    return { enrolments: state.enrolments.size };
  });
  control(server, '/_sandbox/act', (body) => {
    state.act(Number(body.count ?? 1));
    return {};
  });
  tell(server, '/_sandbox/courses', () => ({ courses: [...state.courses.values()] }));
  tell(server, '/_sandbox/users', () => ({ users: [...state.users.values()] }));
  tell(server, '/_sandbox/enrolments', () => ({ enrolments: [...state.enrolments.values()] }));
}
