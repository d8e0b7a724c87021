import { InputError, RefusedError } from '../../errors';
import { lowerCasedAddress } from '../mail-address';
import type { Call, Enrolment, Enrolments } from '../source';
import { refuseOtherPlaces } from '../place-fields';
import type { TBookClient } from './client';
import { numbered, personFields, sessionFields, type Fields } from './fields';
import type { LearnerRow } from './schema';

/**
 * T-book has no courses to be named: a learner has filters and locations, and with `assignation` is assigned to the
 * courses of the sessions that match. So enrolling inserts the learner, or adds to the one who is there.
 */
export function tBookEnrolments(client: TBookClient): Enrolments {
  const { name } = client.system;

  async function insert(enrolment: Enrolment, login: string, call: Call): Promise<void> {
    const { entityId, learner } = enrolment;
    const needed = {
      entityId,
      'learner.civility': learner.civility,
      'learner.lastName': learner.lastName?.trim(),
      'learner.firstName': learner.firstName?.trim(),
    };
    for (const [field, value] of Object.entries(needed))
      if (!value) throw new InputError(field, `is needed for a learner whom ${name} does not know yet`);
    const fields: Fields = [
      ['entity[identifier]', entityId as string],
      ['login', login],
      ...personFields(learner),
      // The login can never be changed; mail goes to this one.
      ...numbered('contactEmail', [login]),
      ...sessionFields(enrolment),
    ];
    await client.insertLearner(fields, call);
  }

  async function add(enrolment: Enrolment, login: string, call: Call): Promise<void> {
    await client.updateLearner(
      [...identifier(login), ...personFields(enrolment.learner), ...sessionFields(enrolment)],
      call,
    );
  }

  return {
    check: (enrolment) => void check(enrolment, name),
    async enrol(enrolment, call) {
      const login = check(enrolment, name);
      const before = await client.learnerByEmail(login, call);
      if (before) await add(enrolment, login, call);
      else
        try {
          await insert(enrolment, login, call);
        } catch (error) {
          // The call before may have made the learner and lost its answer, or another made it meanwhile.
          if (!(error instanceof RefusedError) || !(await client.learnerByEmail(login, call))) throw error;
          await add(enrolment, login, call);
        }
      const after = await client.learnerByEmail(login, call);
      if (!after || !has(after, enrolment))
        throw new RefusedError(
          `${name} took the learner's data and does not show them; look there for the reason`,
          200,
        );
      return { enrolled: true };
    },

    /**
     * Whether somebody is in a session cannot be read, so T-book's own word counts. What it is was never published:
     * that it still knows the learner afterwards shows that it was T-book who answered.
     */
    async remove(enrolment, call) {
      const login = check(enrolment, name);
      if (!(await client.learnerByEmail(login, call))) return { removed: true };
      for (const filter of enrolment.filter ?? [])
        for (const location of enrolment.location ?? [])
          await client.removeLearnerSession(
            [...identifier(login), ['filter', filter], ['location', location]],
            call,
          );
      if (!(await client.learnerByEmail(login, call)))
        throw client.wrong('lost the learner while a session was taken away; look there');
      return { removed: true };
    },
  };
}

const identifier = (login: string): Fields => [
  ['identifierType', 'email'],
  ['identifier', login],
];

/** @returns the login. */
function check(enrolment: Enrolment, system: string): string {
  const { courseId, learner, filter, location } = enrolment;
  const email = lowerCasedAddress(learner.email);
  if (!email) throw new InputError('learner.email', 'must be a mail address');
  if (courseId !== undefined)
    throw new InputError('courseId', 'cannot be told to T-book; name the session by filter and location');
  for (const [field, words] of Object.entries({ filter, location }))
    if (!words?.length || words.some((word) => word.trim() === ''))
      throw new InputError(
        field,
        'must name at least one: filter and location are what a session is found by',
      );
  if (learner.externalId !== undefined && !/^\d{1,15}$/.test(learner.externalId))
    throw new InputError('learner.externalId', 'must be a number');
  refuseOtherPlaces(enrolment, system, ['entityId', 'filter', 'location', 'assignation']);
  return learner.email.trim();
}

const has = (row: LearnerRow, { filter, location }: Enrolment): boolean =>
  shows(row.filter, filter) && shows(row.location, location);

/** A list that is left out, or cannot be read, does not say no: then T-book's own word counts. */
const shows = (there: LearnerRow['filter'], sought: readonly string[] = []): boolean =>
  there === undefined || sought.every((one) => there?.includes(one));
