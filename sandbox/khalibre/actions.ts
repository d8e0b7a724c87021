import { jsonObject } from '../router';
import type { PocketRequest, PocketServer } from '../server';
import { courseJson, isListed, type KhCourse } from './course';
import { addAction, pageAnswer, problem } from './gateway';
import { progressJson, type KhProgress } from './progress';
import type { KhalibreState } from './state';

/** The five actions of the published connector. */
export function addActions(server: PocketServer, state: KhalibreState): void {
  const { options, communities } = state;
  const asJson = (version: string) => (course: KhCourse) => courseJson(course, options, communities, version);
  const progressAsJson = (row: KhProgress) =>
    progressJson(row, state.courses.get(row.courseId), communities.get(row.communityId), options);
  const visible = (id: string | undefined): KhCourse | undefined => {
    const course = state.courses.get(Number(id));
    return course && isListed(course) ? course : undefined;
  };
  const noCourse = problem(404, 'NOT_FOUND', 'No course exists with that ID');

  addAction(server, state, { method: 'GET', path: '/courses' }, (request, version) => {
    const words = request.query.get('keywords')?.toLowerCase() ?? '';
    const found = state.listed().filter((course) => course.title.toLowerCase().includes(words));
    return pageAnswer(request, state, found, asJson(version));
  });
  addAction(server, state, { method: 'GET', path: '/course/:id' }, (request, version) => {
    const course = visible(request.params.id);
    return course ? { status: 200, body: asJson(version)(course) } : noCourse;
  });
  addAction(server, state, { method: 'GET', path: '/progress/course/:id' }, (request) => {
    const course = visible(request.params.id);
    if (!course) return noCourse;
    const rows = state.progress.filter((row) => row.courseId === course.id);
    return pageAnswer(request, state, rows, progressAsJson);
  });
  addAction(server, state, { method: 'GET', path: '/progress/learner' }, (request) => {
    const email = request.query.get('learnerEmail')?.toLowerCase();
    if (!email) return problem(400, 'BAD_REQUEST', 'learnerEmail is missing');
    const rows = state.progress.filter(
      (row) => row.email.toLowerCase() === email && visible(String(row.courseId)),
    );
    return pageAnswer(request, state, rows, progressAsJson);
  });
  addAction(server, state, { method: 'POST', path: '/course/booking' }, (request) => book(request, state));
}

function book(request: PocketRequest, state: KhalibreState) {
  const body = jsonObject(request.body) ?? {};
  const { communityId, courseId, learnerEmail, learnerFirstname, learnerLastname } = body;
  for (const [name, value] of Object.entries({ communityId, courseId })) {
    if (typeof value !== 'number') return problem(400, 'BAD_REQUEST', `${name} must be a number`);
  }
  if (typeof learnerEmail !== 'string' || !learnerEmail.includes('@')) {
    return problem(400, 'BAD_REQUEST', 'learnerEmail must be a mail address');
  }
  const course = state.courses.get(courseId as number);
  if (!course || !isListed(course)) return problem(404, 'NOT_FOUND', 'No course exists with that ID');
  if (!course.communities.includes(communityId as number)) {
    return problem(400, 'BAD_REQUEST', 'The course is not in that community');
  }
  if (course.end !== null && course.end < state.now()) {
    return problem(409, 'CONFLICT', `The course is over: ${learnerEmail} cannot be booked`);
  }
  if (state.find(course.id, learnerEmail, communityId as number)) {
    return problem(409, 'CONFLICT', `The learner ${learnerEmail} is already booked`);
  }
  state.putProgress({
    courseId: course.id,
    communityId: communityId as number,
    email: learnerEmail,
    ...(typeof learnerFirstname === 'string' && { firstName: learnerFirstname }),
    ...(typeof learnerLastname === 'string' && { lastName: learnerLastname }),
  });
  return { status: 204 };
}
