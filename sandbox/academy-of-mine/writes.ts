import type { Answer, PocketServer } from '../server';
import { portals } from './data';
import { addOperation, invalid, notFound, lacking } from './gateway';
import type { AcademyState } from './state';

/** Users are made, enrolled and removed. */
export function addWrites(server: PocketServer, state: AcademyState): void {
  const { options } = state;
  addOperation(server, state, 'users.create', (given) => {
    const refused = lacking(given, 'firstName', 'lastName', 'email', 'password');
    if (refused) return refused;
    const { firstName, lastName, email, password } = given as Record<string, string>;
    if (!email?.includes('@')) return invalid('email', 'The email must be a valid email address.');
    if ((password ?? '').length < 8)
      return invalid('password', 'The password must be at least 8 characters.');
    if (state.userOf(email)) return invalid('email', 'The email has already been taken.');
    const { id } = state.addUser({ email, firstName: firstName ?? '', lastName: lastName ?? '' });
    return { status: 200, body: { id, message: 'User created successfully' } };
  });
  addOperation(server, state, 'courses.enroll', (given): Answer => {
    const course = state.courses.get(Number(given.id));
    if (!course) return notFound;
    const ids = given.studentIds;
    if (!Array.isArray(ids) || ids.length === 0)
      return invalid('studentIds', 'The student ids field is required.');
    const portalId = given.portalId as number | undefined;
    if (portalId !== undefined && portalId !== -1 && !portals.some(({ id }) => id === portalId))
      return invalid('portalId', 'The selected portal id is invalid.');
    // A portal of its own has enrolments of its own.
    const portal = portalId === -1 || options.oneEnrolmentACourse ? undefined : portalId;
    const fresh = ids
      .map(Number)
      .filter(
        (userId) =>
          state.users.has(userId) && course.status !== 'DRAFT' && !state.find(course.id, userId, portal),
      );
    for (const userId of fresh)
      state.enrol({ courseId: course.id, userId, ...(portal !== undefined && { portalId: portal }) });
    return {
      status: 200,
      body: {
        message: `${fresh.length} student(s) enrolled successfully`,
        enrolledUsersCount: fresh.length,
        notEnrolledUsers: ids.length - fresh.length,
      },
    };
  });
  addOperation(server, state, 'courses.remove', (given) => {
    const ids = given.enrollmentIds;
    if (!Array.isArray(ids) || ids.length === 0)
      return invalid('enrollmentIds', 'The enrollment ids field is required.');
    const here = ids.map(Number).filter((id) => state.enrolments.get(id)?.courseId === Number(given.id));
    for (const id of here) state.enrolments.delete(id);
    return { status: 200, body: { message: `${here.length} student(s) removed successfully` } };
  });
}
