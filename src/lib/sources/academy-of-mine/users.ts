import { randomBytes } from 'node:crypto';
import { InputError, RefusedError } from '../../errors';
import { address } from '../mail-address';
import type { Call, Person } from '../source';
import type { AcademyClient } from './client';
import { readAll } from './pages';
import { created, userRow } from './schema';

/**
 * The id of the user with that very address, who is made when there is none.
 *
 * The list of users can be searched by a part of an address, and tells no address. So whoever is found may be
 * another (`joann@…` for `ann@…`): a try to make the user tells, because the vendor refuses a second one with the
 * same address. Where a site's list does tell addresses, they decide.
 */
export async function findOrCreate(
  client: AcademyClient,
  person: Person,
  email: string,
  pageSize: number,
  call: Call,
): Promise<string> {
  const params = { search_param: { nameOrEmail: email } };
  const rows = await readAll(client, 'users.list', params, pageSize, call);
  const users = rows.flatMap((raw) => userRow.safeParse(raw).data ?? []);
  const exact = users.find((user) => address(user.email) === email);
  if (exact) return exact.id;
  const maybe = users.filter((user) => address(user.email) === undefined);
  const made = await create(client, person, call);
  if (made !== undefined) return made;
  const [only] = maybe;
  if (only && maybe.length === 1) return only.id;
  throw new InputError(
    'learner.id',
    `is needed: ${client.system.name} has a user of that address and does not tell which of ${maybe.length} it is`,
  );
}

/** @returns undefined when there is a user of that address. */
async function create(client: AcademyClient, person: Person, call: Call): Promise<string | undefined> {
  const { firstName, lastName } = person;
  for (const [field, value] of Object.entries({ firstName, lastName }))
    if (!value?.trim())
      throw new InputError(
        `learner.${field}`,
        'is needed to make the user, or to be sure who it is; or give learner.id',
      );
  const params = { firstName, lastName, email: person.email.trim(), password: password() };
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
