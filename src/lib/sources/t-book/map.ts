import { Notes } from '../notes';
import { readVendorRow } from '../read-row';
import { lowerCasedAddress } from '../mail-address';
import type { DirectoryPage, Entity, Learner } from '../source';
import { entityRow, learnerRow, type LearnerRow } from './schema';

/** A learner. The login has the form of a mail address and is unique; `contactEmail` is neither. */
export function toLearner(row: LearnerRow): Learner {
  const email = lowerCasedAddress(row.login);
  return {
    id: row.learnerID,
    ...(email && { email }),
    ...(row.firstname && { firstName: row.firstname }),
    ...(row.lastname && { lastName: row.lastname }),
    ...(row.entity?.entityID && { entityId: row.entity.entityID }),
    ...(row.entity?.entityName && { entityName: row.entity.entityName }),
    ...(row.filter && { filter: row.filter }),
    ...(row.location && { location: row.location }),
  };
}

export const toEntity = ({ entityID, name, description, language }: typeof entityRow._output): Entity => ({
  id: entityID,
  name: name ?? entityID,
  ...(description && { description }),
  ...(language && { language }),
});

/**
 * A page of a list that comes whole. Its order is not promised, so it is put into the order of the ids, and the
 * cursor is the last id of the page before: who comes or goes meanwhile moves nobody else.
 */
export function cut<T extends { readonly id: string }>(
  raw: readonly unknown[],
  read: (row: unknown, notes: Notes) => T | undefined,
  pageSize: number,
  cursor: string | undefined,
): DirectoryPage<T> {
  const notes = new Notes();
  const all = raw.flatMap((row) => {
    const one = read(row, notes);
    if (one) return [one];
    notes.add('a row cannot be read');
    return [];
  });
  const following = all
    .sort(byId)
    .filter(({ id }) => cursor === undefined || byId({ id }, { id: cursor }) > 0);
  const rows = following.slice(0, pageSize);
  const said = notes.list();
  return {
    rows,
    next: following.length > rows.length ? rows.at(-1)?.id : undefined,
    ...(said && { notes: said }),
  };
}

interface Named {
  readonly id: string;
}

/** Numbers as numbers. */
const byId = (a: Named, b: Named): number =>
  a.id.length - b.id.length || (a.id < b.id ? -1 : Number(a.id > b.id));

export const readLearner = (raw: unknown, notes: Notes): Learner | undefined => {
  const parsed = readVendorRow(learnerRow, raw, ['learnerID'], notes);
  return parsed.success ? toLearner(parsed.data) : undefined;
};

export const readEntity = (raw: unknown, notes: Notes): Entity | undefined => {
  const parsed = readVendorRow(entityRow, raw, ['entityID'], notes);
  return parsed.success ? toEntity(parsed.data) : undefined;
};
