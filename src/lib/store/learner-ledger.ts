import { z } from 'zod';
import { type Route, routeName } from '../domain/feed';
import type { Utc } from '../domain/time';
import { fromProperties, toProperties } from './bytes';
import { rowCodec, UnreadableRowError } from './codec';
import { maybe } from './fields';
import { toKey } from './keys';
import { checkVersion, queryRows, readRow, type Row, rowVersion, where, writtenAt } from './rows';
import type { Storage, Table } from './storage';
import { type Action, writeTogether } from './transactions';

/** Records a row holds at the most; a course with more is spread over rows by the first digits of the key hash. */
const recordsARow = 20_000;
const bytesARecord = 16;
// A transaction holds 4 MiB; a full row is 320,000 bytes, more once encoded.
const rowsTogether = 6;

/** What the sink was last told of the learners of one course: key hash to content hash, 8 bytes each, hex. */
export interface CourseLedger {
  readonly records: Map<string, string>;
  /** Something was sent whose acknowledgement is not known: what is here may be behind. */
  readonly doubt: boolean;
  /** The lease under which what is in doubt was sent: while that is held, it may still be on its way. */
  readonly sender?: string | undefined;
  /** Of the head: nothing is written unless it is still the one that was read. */
  readonly etag: string | undefined;
}

/**
 * The table `ledgerlearners`: a partition a source, destination and course; a head, and rows of packed records. A row
 * that cannot be read puts its course in doubt: what it knew is sent again, and the row is replaced. One of another
 * version of the app fails the course instead, with a PayloadError.
 */
export class LearnerLedger {
  readonly #table: Table;

  constructor(storage: Storage) {
    this.#table = storage.table('ledgerlearners');
  }

  /** @throws PayloadError when what is stored is of another version. */
  async load(route: Route, courseId: string): Promise<CourseLedger> {
    const rows: Row[] = [];
    const filter = where`PartitionKey eq ${partitionOf(route, courseId)}`;
    for await (const row of queryRows(this.#table, { filter })) rows.push(row);
    return this.#ledger(route, rows);
  }

  /**
   * The same for several courses at once: few calls when they are neighbours (see `neighbours`).
   * @returns for each a function that gives its ledger, or throws what `load` throws.
   */
  async loadAll(route: Route, courseIds: readonly string[]): Promise<Map<string, () => CourseLedger>> {
    const rows = new Map<string, Row[]>(courseIds.map((id) => [partitionOf(route, id), []]));
    const partitions = [...rows.keys()].sort();
    const [first = '', last = ''] = [partitions[0], partitions.at(-1)];
    const filter = where`PartitionKey ge ${first} and PartitionKey le ${last}`;
    for await (const row of queryRows(this.#table, { filter })) rows.get(row.partitionKey)?.push(row);
    return new Map(
      courseIds.map((id) => [id, () => this.#ledger(route, rows.get(partitionOf(route, id)) ?? [])]),
    );
  }

  /**
   * To be written before anything of the course is sent.
   * @param etag as it was loaded. @param sender the lease under which it is sent. @returns the new etag.
   * @throws ConflictError when another worker wrote the ledger since: what was loaded is old.
   */
  markDoubt(route: Route, courseId: string, etag: string | undefined, sender?: string): Promise<string> {
    return this.#write(head(route, courseId, { doubt: true, sender }), etag, []);
  }

  /**
   * Writes what was acknowledged, and takes the doubt away. A worker that was paused must not put its old
   * knowledge over its successor's: every part of it is written with the head, and only over the head it knows.
   * @param options.doubt keeps the doubt: only a part of the course was sent.
   * @param etag that `markDoubt` gave. @throws ConflictError when another worker wrote the ledger since.
   */
  async save(
    route: Route,
    courseId: string,
    records: ReadonlyMap<string, string>,
    etag: string,
    { doubt = false } = {},
  ): Promise<void> {
    const partitionKey = partitionOf(route, courseId);
    const shards = spread(records);
    const actions: Action[] = [...shards].map(([prefix, lines]) => ({
      type: 'put',
      row: {
        partitionKey,
        rowKey: `records-${prefix}`,
        v: rowVersion,
        ...toProperties('records', Buffer.from(lines.join(''), 'hex')),
      },
    }));
    for (const rowKey of await this.#staleRows(partitionKey, shards))
      actions.push({ type: 'delete', row: { partitionKey, rowKey } });
    let known = etag;
    for (; actions.length > rowsTogether; actions.splice(0, rowsTogether))
      known = await this.#write(
        head(route, courseId, { doubt: true }),
        known,
        actions.slice(0, rowsTogether),
      );
    await this.#write(head(route, courseId, { doubt }), known, actions);
  }

  async #write(row: Row, etag: string | undefined, others: readonly Action[]): Promise<string> {
    const first: Action = etag === undefined ? { type: 'create', row } : { type: 'replace', row, etag };
    const [next] = await writeTogether(this.#table, [first, ...others]);
    return next ?? '';
  }

  /** When anything of the course was last written down, by storage's clock; undefined when nothing ever was. */
  async writtenAt(route: Route, courseId: string): Promise<Utc | undefined> {
    return writtenAt(await readRow(this.#table, partitionOf(route, courseId), 'head'));
  }

  /** Whether something of the course was ever sent. */
  async knows(route: Route, courseId: string): Promise<boolean> {
    return (await readRow(this.#table, partitionOf(route, courseId), 'head')) !== undefined;
  }

  #ledger(route: Route, rows: readonly Row[]): CourseLedger {
    const records = new Map<string, string>();
    let isDamaged = false;
    let etag: string | undefined;
    let head: Head | undefined;
    for (const row of rows) {
      checkVersion(row, `The learner ledger of ${routeName(route)}`);
      if (row.rowKey === 'head') {
        etag = row.etag;
        head = this.#head(row);
        continue;
      }
      const packed = fromProperties('records', row);
      if (packed) unpack(packed, records);
      else {
        isDamaged = true;
        this.#table.skipped(row, new UnreadableRowError('Its packed records are not whole'));
      }
    }
    return { records, doubt: isDamaged || head?.doubt === true, sender: head?.sender, etag };
  }

  #head(row: Row): Head {
    try {
      return headCodec.read(row);
    } catch (error) {
      if (!(error instanceof UnreadableRowError)) throw error;
      this.#table.skipped(row, error);
      return { doubt: true };
    }
  }

  async #staleRows(partitionKey: string, shards: ReadonlyMap<string, unknown>): Promise<string[]> {
    const stale: string[] = [];
    const filter = where`PartitionKey eq ${partitionKey} and RowKey ge ${'records-'} and RowKey lt ${'records.'}`;
    for await (const row of queryRows(this.#table, { filter, select: ['PartitionKey', 'RowKey'] }))
      if (!shards.has(row.rowKey.slice('records-'.length))) stale.push(row.rowKey);
    return stale;
  }
}

interface Head {
  readonly doubt: boolean;
  readonly sender?: string | undefined;
}

const headCodec = rowCodec<Head>(
  ({ partitionKey }) => `The learner ledger ${partitionKey}`,
  z.object({ doubt: z.boolean(), sender: maybe(z.string()) }),
);

/** Puts courses in the order in which their ledgers are stored. */
export const neighbours = (courseIds: Iterable<string>): string[] =>
  [...courseIds]
    .map((id) => ({ id, key: toKey(id) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ id }) => id);

const partitionOf = (route: Route, courseId: string): string => `${routeName(route)}-${toKey(courseId)}`;

const head = (route: Route, courseId: string, value: Head): Row =>
  headCodec.write({ partitionKey: partitionOf(route, courseId), rowKey: 'head' }, value);

function unpack(packed: Buffer, into: Map<string, string>): void {
  const hex = packed.toString('hex');
  for (let i = 0; i + bytesARecord * 2 <= hex.length; i += bytesARecord * 2)
    into.set(hex.slice(i, i + 16), hex.slice(i + 16, i + 32));
}

/** The records by the prefix of their key hash, as short as the row's size allows. */
function spread(records: ReadonlyMap<string, string>): Map<string, string[]> {
  // Hashes are even, but not perfectly: plan for rows that are at most three quarters full.
  let digits = 0;
  while (records.size / 16 ** digits > recordsARow * (digits === 0 ? 1 : 0.75)) digits++;
  const shards = new Map<string, string[]>();
  for (const [key, hash] of records) {
    const prefix = key.slice(0, digits);
    const lines = shards.get(prefix);
    if (lines) lines.push(key + hash);
    else shards.set(prefix, [key + hash]);
  }
  return shards;
}
