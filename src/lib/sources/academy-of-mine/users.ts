import { randomBytes } from 'node:crypto';
import { InputError, RefusedError } from '../../errors';
import { lowerCasedAddress } from '../mail-address';
import { Notes } from '../notes';
import { readVendorRow } from '../read-row';
import type { Call, Person } from '../source';
import { attempt } from './attempt';
import { oldestFirst } from './catalog';
import type { AcademyClient } from './client';
import { courseKey } from './map';
import { readAll, readPage } from './pages';
import { reportParams } from './report';
import { created, reportRow, userRow } from './schema';

/**
 * The id of the user with that very address, who is made when there is none.
 *
 * The list of users can be searched by a part of an address, and tells no address. So whoever is found may be
 * another (`joann@…` for `ann@…`): an attempt to make the user tells, because the vendor refuses a second one with the
 * same address. Then the only one who was found is meant; of several, the reports of the courses tell who it is.
 * Where a site's list does tell addresses, they decide.
 * @returns whether it is sure, too: the search may leave out the user who is meant, and find another.
 */
export async function findOrCreate(
  client: AcademyClient,
  person: Person,
  email: string,
  pageSize: number,
  call: Call,
): Promise<FoundUser> {
  const search = async (): Promise<Candidates> => candidates(client, email, pageSize, call);
  const { exact, maybe } = await search();
  if (exact !== undefined) return { id: exact, isSure: true };
  const nameless = (['firstName', 'lastName'] as const).find((field) => !person[field]?.trim());
  if (nameless === undefined) {
    let made: string | undefined;
    const lost = await attempt(async () => (made = await create(client, person, call)));
    if (made !== undefined) return { id: made, isSure: true };
    if (lost) {
      // Made, as it seems, and the answer lost: who was not there before is the one.
      const now = await search();
      const fresh = now.maybe.filter((one) => !maybe.includes(one));
      const id = now.exact ?? (fresh.length === 1 ? fresh[0] : undefined);
      if (id === undefined) throw lost;
      return { id, isSure: now.exact !== undefined };
    }
    if (maybe.length === 1 && maybe[0] !== undefined) return { id: maybe[0], isSure: false };
  }
  // Whom the search does not find at all, no report needs to be asked for, unless it is known that there is one.
  const inReports =
    nameless === undefined || maybe.length > 0 ? await fromReports(client, email, pageSize, call) : undefined;
  if (inReports !== undefined) return { id: inReports, isSure: true };
  if (nameless !== undefined)
    throw new InputError(
      `learner.${nameless}`,
      'is needed to make the user, or to be sure who it is; or give learner.id',
    );
  throw new InputError(
    'learner.id',
    `is needed: ${client.system.name} has a user of that address, and does not tell which it is (${maybe.length} found)`,
  );
}

export interface FoundUser {
  readonly id: string;
  readonly isSure: boolean;
}

interface Candidates {
  readonly exact: string | undefined;
  /** Those whose address is not told. */
  readonly maybe: readonly string[];
}

async function candidates(
  client: AcademyClient,
  email: string,
  pageSize: number,
  call: Call,
): Promise<Candidates> {
  const params = { search_param: { nameOrEmail: email } };
  const rows = await readAll(client, 'users.list', params, pageSize, call);
  const users = rows.flatMap((raw) => readVendorRow(userRow, raw, ['id', 'email'], new Notes()).data ?? []);
  return {
    exact: users.find((user) => lowerCasedAddress(user.email) === email)?.id,
    maybe: users.filter((user) => lowerCasedAddress(user.email) === undefined).map(({ id }) => id),
  };
}

/** The report of courses is the one list that tells addresses: of those who are in a course. */
async function fromReports(
  client: AcademyClient,
  email: string,
  pageSize: number,
  call: Call,
): Promise<string | undefined> {
  let cursor: string | undefined;
  do {
    const { records, next } = await readPage(client, 'courses.list', oldestFirst, pageSize, cursor, call);
    const courseIds = records.flatMap((row) => courseKey(row) ?? []);
    const rows =
      courseIds.length > 0
        ? await readAll(client, 'courses.detailReport', reportParams(courseIds, email), pageSize, call)
        : [];
    for (const raw of rows) {
      const row = readVendorRow(reportRow, raw, ['user_id', 'course_id', 'email'], new Notes()).data;
      if (row?.user_id && lowerCasedAddress(row.email) === email) return row.user_id;
    }
    cursor = next;
  } while (cursor !== undefined);
  return undefined;
}

/** @returns undefined when there is a user of that address. */
async function create(client: AcademyClient, person: Person, call: Call): Promise<string | undefined> {
  const { firstName, lastName } = person;
  const params = {
    firstName: firstName?.trim(),
    lastName: lastName?.trim(),
    email: person.email.trim(),
    password: password(),
  };
  try {
    return (await client.write('users.create', params, created, call)).id;
  } catch (error) {
    const taken = /\b(taken|exists?|already|in use|duplicate|unique)\b/i;
    const says =
      error instanceof RefusedError && [400, 409, 422].includes(error.status) ? error.reason : undefined;
    if (says !== undefined && taken.test(says)) return undefined;
    throw error;
  }
}

/** Nobody is told it: the learner sets another by the vendor's own "forgot password". At least 8 characters are asked for. */
const password = (): string => `${randomBytes(24).toString('base64url')}-Aa1`;
