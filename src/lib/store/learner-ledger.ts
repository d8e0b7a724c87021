import { fromProperties, toProperties } from './bytes';
import { toKey } from './keys';
import {
  type Action,
  checkVersion,
  putRow,
  queryRows,
  readRow,
  rowVersion,
  where,
  writeTogether,
} from './rows';
import type { Storage, Table } from './storage';

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
}

/** The table `ledgerlearners`: a partition a source and course; a head, and rows of packed records. */
export class LearnerLedger {
  readonly #table: Table;

  constructor(storage: Storage) {
    this.#table = storage.table('ledgerlearners');
  }

  /** @throws PayloadError when what is stored is of another version. */
  async load(source: string, courseId: string): Promise<CourseLedger> {
    const partition = partitionOf(source, courseId);
    const records = new Map<string, string>();
    let doubt = false;
    for await (const row of queryRows(this.#table, { filter: where`PartitionKey eq ${partition}` })) {
      checkVersion(row, `The learner ledger of ${source}`);
      if (row.rowKey === 'head') doubt = row.doubt === true;
      else {
        const packed = fromProperties('records', row);
        // A row that cannot be read hides nothing: its records are simply sent again.
        if (packed) unpack(packed, records);
        else doubt = true;
      }
    }
    return { records, doubt };
  }

  /** To be written before anything of the course is sent. */
  async markDoubt(source: string, courseId: string): Promise<void> {
    await putRow(this.#table, head(source, courseId, true));
  }

  /** Writes what was acknowledged, and takes the doubt away. */
  async save(source: string, courseId: string, records: ReadonlyMap<string, string>): Promise<void> {
    const partitionKey = partitionOf(source, courseId);
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
    const stale = await this.#staleRows(partitionKey, shards);
    for (let i = 0; i < actions.length; i += rowsTogether)
      await writeTogether(this.#table, actions.slice(i, i + rowsTogether));
    for (const rowKey of stale)
      await writeTogether(this.#table, [{ type: 'delete', row: { partitionKey, rowKey } }]);
    await putRow(this.#table, head(source, courseId, false));
  }

  /** Whether something of the course was ever sent. */
  async knows(source: string, courseId: string): Promise<boolean> {
    return (await readRow(this.#table, partitionOf(source, courseId), 'head')) !== undefined;
  }

  async #staleRows(partitionKey: string, shards: ReadonlyMap<string, unknown>): Promise<string[]> {
    const stale: string[] = [];
    const filter = where`PartitionKey eq ${partitionKey} and RowKey ge ${'records-'} and RowKey lt ${'records.'}`;
    for await (const row of queryRows(this.#table, { filter, select: ['PartitionKey', 'RowKey'] }))
      if (!shards.has(row.rowKey.slice('records-'.length))) stale.push(row.rowKey);
    return stale;
  }
}

const partitionOf = (source: string, courseId: string): string => `${source}-${toKey(courseId)}`;

const head = (source: string, courseId: string, doubt: boolean) => ({
  partitionKey: partitionOf(source, courseId),
  rowKey: 'head',
  v: rowVersion,
  doubt,
});

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
