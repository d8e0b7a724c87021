import { InputError, PayloadError, RefusedError, RetryableError } from '../../errors';
import type { SourceSettings } from '../../settings/types';
import { address } from '../mail-address';
import type { Call, Enrolment, Enrolments } from '../source';
import { refuseOtherPlaces } from '../place-fields';
import type { AcademyClient } from './client';
import { readAll } from './pages';
import { reportParams } from './report';
import { anObject, enrolledRow, reportRow } from './schema';
import { findOrCreate } from './users';

/**
 * Enrols and removes. The answers count learners and name none, so the course's own list of learners is read
 * afterwards, and only what it shows is believed.
 */
export function academyEnrolments(client: AcademyClient, { pageSize }: SourceSettings): Enrolments {
  const { name } = client.system;

  /** Ids of the users of that very address in the course: the report is the one list that tells addresses. */
  async function usersInCourse(courseId: string, email: string, call: Call): Promise<string[]> {
    const params = reportParams([courseId], email);
    const rows = await readAll(client, 'courses.detailReport', params, pageSize, call);
    return rows.flatMap((raw) => {
      const row = reportRow.safeParse(raw).data;
      const here = row?.user_id && address(row.email) === email && (row.course_id ?? courseId) === courseId;
      return here ? [row.user_id as string] : [];
    });
  }

  /** Ids of their enrolments, as the course lists them. */
  async function enrolmentsOf(
    courseId: string,
    email: string,
    users: readonly string[],
    call: Call,
  ): Promise<string[]> {
    const params = { course_id: courseId, portalId: -1, search_param: { nameOrEmail: email } };
    const rows = await readAll(client, 'courses.enrolledLearners', params, pageSize, call);
    return rows.flatMap((raw) => {
      const row = enrolledRow.safeParse(raw).data;
      return row && users.includes(row.user_id) ? [row.id] : [];
    });
  }

  async function enrolAndLook(
    asked: Asked,
    userId: string,
    entityId: string | undefined,
    call: Call,
  ): Promise<void> {
    const { courseId, email } = asked;
    const params = {
      id: courseId,
      studentIds: [userId],
      ...(entityId !== undefined && { portalId: Number(entityId) }),
    };
    const lost = await attempt(() => client.write('courses.enroll', params, anObject, call));
    if ((await enrolmentsOf(courseId, email, [userId], call)).length > 0) return;
    if (lost)
      throw new RetryableError(
        `${name} gave no clear answer, and the learner does not show there; try again`,
      );
    throw new RefusedError(`${name} did not enrol the learner, and gave no reason; look there for it`, 200);
  }

  return {
    check: (enrolment) => void check(enrolment, name),
    async enrol(enrolment, call) {
      const asked = check(enrolment, name);
      const { courseId, email } = asked;
      const { learner, entityId } = enrolment;
      const there = await usersInCourse(courseId, email, call);
      if (there.length > 0 && (learner.id === undefined || there.includes(learner.id)))
        return { enrolled: true };
      const userId = learner.id ?? (await findOrCreate(client, learner, email, pageSize, call));
      await enrolAndLook(asked, userId, entityId, call);
      return { enrolled: true };
    },
    async remove(enrolment, call) {
      const { courseId, email } = check(enrolment, name);
      const { id } = enrolment.learner;
      const users = id === undefined ? await usersInCourse(courseId, email, call) : [id];
      if (users.length === 0) return { removed: true };
      const enrollmentIds = await enrolmentsOf(courseId, email, users, call);
      if (enrollmentIds.length === 0) {
        if (id !== undefined) return { removed: true };
        throw client.wrong(`reports the learner in the course and does not list the enrolment; look there`);
      }
      const lost = await attempt(() =>
        client.write('courses.remove', { id: courseId, enrollmentIds }, anObject, call),
      );
      if ((await enrolmentsOf(courseId, email, users, call)).length === 0) return { removed: true };
      if (lost)
        throw new RetryableError(`${name} gave no clear answer, and the learner is still there; try again`);
      throw new RefusedError(
        `${name} did not remove the learner, and gave no reason; look there for it`,
        200,
      );
    },
  };
}

/** @returns the fault after which nobody knows whether it happened. */
async function attempt(act: () => Promise<unknown>): Promise<Error | undefined> {
  try {
    await act();
    return undefined;
  } catch (error) {
    if (error instanceof RetryableError || error instanceof PayloadError) return error;
    throw error;
  }
}

interface Asked {
  readonly courseId: string;
  readonly email: string;
}

function check(enrolment: Enrolment, system: string): Asked {
  const { courseId, learner, entityId } = enrolment;
  const email = address(learner.email);
  if (!email) throw new InputError('learner.email', 'must be a mail address');
  if (courseId === undefined) throw new InputError('courseId', 'is missing');
  requireNumber('courseId', courseId);
  if (learner.id !== undefined) requireNumber('learner.id', learner.id);
  if (entityId !== undefined) requireNumber('entityId', entityId);
  refuseOtherPlaces(enrolment, system, ['courseId', 'entityId']);
  return { courseId, email };
}

/** Learning paths (`lp-…`) are no courses here: nobody is enrolled in them. */
function requireNumber(field: string, text: string): void {
  if (!/^[1-9]\d{0,14}$/.test(text))
    throw new InputError(field, 'must be a number, as Academy of Mine gives it');
}
