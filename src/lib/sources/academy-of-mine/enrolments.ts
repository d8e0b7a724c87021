import { InputError, RefusedError, RetryableError } from '../../errors';
import type { AcademySettings } from './settings';
import { lowerCasedAddress } from '../mail-address';
import type { Enrolment, Enrolments } from '../source';
import { refuseOtherPlaces } from '../place-fields';
import { attempt } from './attempt';
import type { AcademyClient } from './client';
import { CourseMembers, type Sought } from './members';
import { anObject } from './schema';
import { findOrCreate } from './users';

/**
 * Enrols and removes. The answers count learners and name none, so the course's own list of learners is read
 * afterwards, and only what it shows is believed.
 */
export function academyEnrolments(client: AcademyClient, { pageSize }: AcademySettings): Enrolments {
  const { name } = client.system;
  const members = new CourseMembers(client, pageSize);

  return {
    check: (enrolment) => void check(enrolment, name),
    async enrol(enrolment, call) {
      const sought = check(enrolment, name);
      const { courseId, email, portalId } = sought;
      if ((await members.find(sought, call)).enrolmentIds.length > 0) return { enrolled: true };
      const { id: userId, isSure } =
        sought.userId !== undefined
          ? { id: sought.userId, isSure: true }
          : await findOrCreate(client, enrolment.learner, email, pageSize, call);
      const params = {
        id: courseId,
        studentIds: [userId],
        ...(portalId !== undefined && { portalId: Number(portalId) }),
      };
      const lost = await attempt(() => client.write('courses.enroll', params, anObject, call)).catch(
        (error: unknown) => {
          if (!(error instanceof RefusedError) || error.status !== 404) throw error;
          throw new RefusedError(`${name} has no course ${courseId} (404); check courseId`, 404);
        },
      );
      const there = async (portal: string | undefined): Promise<readonly string[]> =>
        (await members.find({ courseId, email, userId, portalId: portal }, call)).enrolmentIds;
      const enrollmentIds = await there(portalId);
      if (enrollmentIds.length > 0) {
        if (isSure || (await members.find(sought, call)).enrolmentIds.length > 0) return { enrolled: true };
        // Now that the course's report tells the address, it is another's.
        await client.write('courses.remove', { id: courseId, enrollmentIds }, anObject, call);
        throw new InputError('learner.id', `is needed: the search of ${name} finds another learner`);
      }
      if (lost)
        throw new RetryableError(
          `${name} gave no clear answer, and the learner does not show there; try again`,
        );
      const why =
        portalId !== undefined && (await there(undefined)).length > 0
          ? 'who is in the course through another portal: leave out entityId, or remove the learner there first'
          : 'and gave no reason; look there for it';
      throw new RefusedError(`${name} did not enrol the learner, ${why}`, 200);
    },
    async remove(enrolment, call) {
      const sought = check(enrolment, name);
      const { enrolmentIds: enrollmentIds, unsure } = await members.find(sought, call);
      if (enrollmentIds.length === 0) {
        if (unsure === 0) return { removed: true };
        const message = `is needed: ${name} lists ${unsure} in the course who may be the learner, and does not tell their addresses`;
        throw new InputError('learner.id', message);
      }
      const lost = await attempt(() =>
        client.write('courses.remove', { id: sought.courseId, enrollmentIds }, anObject, call),
      );
      if ((await members.find(sought, call)).enrolmentIds.length === 0) return { removed: true };
      if (lost)
        throw new RetryableError(`${name} gave no clear answer, and the learner is still there; try again`);
      throw new RefusedError(
        `${name} did not remove the learner, and gave no reason; look there for it`,
        200,
      );
    },
  };
}

function check(enrolment: Enrolment, system: string): Sought {
  const { courseId, learner, entityId } = enrolment;
  const email = lowerCasedAddress(learner.email);
  if (!email) throw new InputError('learner.email', 'must be a mail address');
  if (courseId === undefined) throw new InputError('courseId', 'is missing');
  requireNumber('courseId', courseId);
  if (learner.id !== undefined) requireNumber('learner.id', learner.id);
  if (entityId !== undefined) requireNumber('entityId', entityId);
  refuseOtherPlaces(enrolment, system, ['courseId', 'entityId']);
  return { courseId, email, userId: learner.id, portalId: entityId };
}

/** Learning paths (`lp-…`) are no courses here: nobody is enrolled in them. */
function requireNumber(field: string, text: string): void {
  if (!/^[1-9]\d{0,14}$/.test(text))
    throw new InputError(field, 'must be a number, as Academy of Mine gives it');
}
