import type { z } from 'zod';
import { InputError } from '../../errors';
import type { AcademySettings } from './settings';
import { lowerCasedAddress } from '../mail-address';
import { Notes } from '../notes';
import { lone, readVendorRow } from '../read-row';
import type { DirectoryPage, Entities, Entity, Learner, Learners } from '../source';
import { oldestFirst } from './catalog';
import type { AcademyClient } from './client';
import { readPage, type RecordPage } from './pages';
import { portalRow, userRow } from './schema';

/** The users. The vendor's list tells no address; one that is there all the same is told. */
export function academyLearners(client: AcademyClient, { pageSize }: AcademySettings): Learners {
  return {
    async page(cursor, call, entityId) {
      if (entityId !== undefined)
        throw new InputError('entityId', `${client.system.name} does not list users by portal; leave it out`);
      return directory(
        await readPage(client, 'users.list', oldestFirst, pageSize, cursor, call),
        userRow,
        toLearner,
      );
    },
    async read(learnerId, call) {
      const user = await client.find('users.get', learnerId, lone(userRow, ['id']), call);
      return user && toLearner(user);
    },
  };
}

/** The portals. */
export function academyEntities(client: AcademyClient, { pageSize }: AcademySettings): Entities {
  return {
    async page(cursor, call) {
      const page = await readPage(client, 'portals.list', oldestFirst, pageSize, cursor, call);
      return directory(page, portalRow, (row): Entity => ({ id: row.id, name: row.name ?? row.id }));
    },
  };
}

function toLearner(row: z.infer<typeof userRow>): Learner {
  const email = lowerCasedAddress(row.email);
  const firstName = row.first_name ?? row.firstName;
  const lastName = row.last_name ?? row.lastName;
  const disabled = row.is_disabled ?? row.disabled;
  return {
    id: row.id,
    ...(email && { email }),
    ...(firstName && { firstName }),
    ...(lastName && { lastName }),
    ...(disabled != null && { disabled }),
  };
}

function directory<R extends { readonly id: string }, T>(
  { records, next, note }: RecordPage,
  schema: z.ZodType<R>,
  map: (row: R) => T,
): DirectoryPage<T> {
  const notes = new Notes();
  const rows = records.flatMap((raw) => {
    const parsed = readVendorRow(schema, raw, ['id'], notes);
    if (parsed.success) return [map(parsed.data)];
    notes.add('a row cannot be read');
    return [];
  });
  const said = [...(note ? [{ text: note }] : []), ...(notes.list() ?? [])];
  return { rows, next, ...(said.length > 0 && { notes: said }) };
}
