import { ConflictError } from '../errors';
import { etagOfOwn, type Row, stampOf } from './rows';
import { exists, isConflict, isMissing, storageError, type Table } from './storage';
import { inTheseVersions } from './versioned-deletes';

export type Action =
  | { readonly type: 'create'; readonly row: Row }
  /** @param etag left out: whatever is there. */
  | { readonly type: 'delete'; readonly row: Row; readonly etag?: string }
  | { readonly type: 'put'; readonly row: Row }
  | { readonly type: 'replace'; readonly row: Row; readonly etag: string };

/**
 * Several writes in one partition that happen together or not at all (100 at the most).
 * @returns the rows' new etags, in the order of the actions.
 * @throws ConflictError when one of the rows was written by someone else meanwhile.
 */
export async function writeTogether(
  table: Table,
  actions: readonly Action[],
): Promise<(string | undefined)[]> {
  const stamp = stampOf();
  const rows = actions.map(({ type, row: { etag: _, ...entity } }) =>
    type === 'delete' ? (entity as Row) : { ...entity, ...stamp },
  );
  try {
    const answer = await inTheseVersions(deletedVersions(actions), () =>
      table.submitTransaction(
        actions.map((action, i) => {
          const row = rows[i] as Row;
          if (action.type === 'replace') return ['update', row, 'Replace', { etag: action.etag }];
          if (action.type === 'put') return ['upsert', row, 'Replace'];
          return [action.type, row];
        }),
      ),
    );
    // By order: the SDK knows the row key of inserted rows alone.
    return actions.map((_, i) => answer.subResponses[i]?.etag);
  } catch (error) {
    if (!isConflict(error) && !exists(error) && !isMissing(error)) throw storageError(error);
    // All or nothing: one row that bears the stamp says that all were written.
    const written = rows.filter((_, i) => actions[i]?.type !== 'delete');
    if (written[0] && (await etagOfOwn(table, written[0])) !== undefined)
      return Promise.all(rows.map(async (row) => (row.writeId ? etagOfOwn(table, row) : undefined)));
    throw new ConflictError('One of the rows was written by someone else meanwhile');
  }
}

const deletedVersions = (actions: readonly Action[]): ReadonlyMap<string, string> =>
  new Map(
    actions.flatMap((action) =>
      action.type === 'delete' && action.etag !== undefined ? [[action.row.rowKey, action.etag]] : [],
    ),
  );

/**
 * Many writes in one partition, in as few transactions as hold them: by count, and by the bytes of a request.
 * @returns the rows' new etags, in the order of the actions. @throws ConflictError; earlier groups were written.
 */
export async function writeInGroups(
  table: Table,
  actions: readonly Action[],
): Promise<(string | undefined)[]> {
  const etags: (string | undefined)[] = [];
  for (const group of groupsOf(actions)) etags.push(...(await writeTogether(table, group)));
  return etags;
}

/** Writes of one transaction, at the most. */
export const mostTogether = 100;
/** A request holds 4 MiB. */
const mostBytes = 3_500_000;

function* groupsOf(actions: readonly Action[]): Generator<readonly Action[]> {
  let group: Action[] = [];
  let bytes = 0;
  for (const action of actions) {
    const size = wireBytes(action.row);
    if (group.length > 0 && (group.length === mostTogether || bytes + size > mostBytes)) {
      yield group;
      group = [];
      bytes = 0;
    }
    group.push(action);
    bytes += size;
  }
  if (group.length > 0) yield group;
}

/** Of an action with its own headers; bytes travel as base64. */
function wireBytes(row: Row): number {
  let bytes = 1_000;
  for (const [name, value] of Object.entries(row)) {
    bytes += 2 * name.length + 40;
    if (value instanceof Uint8Array) bytes += Math.ceil(value.length / 3) * 4;
    // An escaped character takes six.
    else if (typeof value === 'string') bytes += value.length * 6;
  }
  return bytes;
}
