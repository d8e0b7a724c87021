import { ConflictError, RetryableError } from '../errors';
import { z } from 'zod';
import { openGate, type GateState } from '../http/gate-state';
import { rowCodec, readOrSkip } from './codec';
import { json, maybe } from './fields';
import { checkVersion, insertRow, type StorageCallOptions, readRow, replaceRow, type Row } from './rows';
import type { Storage, Table } from './storage';

/** Calls wait for this row: a storage account that hangs must not hold them for long. */
const deadlineMs = 5_000;

/** What the row held at one time. No etag: there was none. */
export interface SeenGate {
  readonly state: GateState;
  readonly etag: string | undefined;
}

/** The row of the table `leases` that holds a gate's state for all instances. */
export class GateRow {
  private readonly table: Table;

  /** @param name of the gate: a source's id. */
  constructor(
    storage: Storage,
    private readonly name: string,
  ) {
    this.table = storage.table('leases');
  }

  /**
   * What cannot be read may have named a pause: one call goes first then, alone, and its answer replaces the row.
   * @throws RetryableError when storage does not answer, or not in time.
   */
  async read(): Promise<SeenGate> {
    const row = await inTime((patience) => readRow(this.table, 'gate', this.name, patience));
    if (!row) return { state: openGate, etag: undefined };
    checkVersion(row, whatGate(row));
    const state = readOrSkip(this.table, row, gateCodec)?.state ?? { ...openGate, strikes: 1 };
    return { state, etag: row.etag };
  }

  /**
   * Writes a state if the row is still the one that was read.
   * @throws ConflictError when it is not; RetryableError when storage does not answer, or not in time.
   */
  async write(state: GateState, etag: string | undefined): Promise<SeenGate> {
    const row = gateCodec.write({ partitionKey: 'gate', rowKey: this.name }, { state });
    const written = await inTime((patience) =>
      etag === undefined ? insertRow(this.table, row, patience) : replaceRow(this.table, row, etag, patience),
    );
    if (written === undefined)
      throw new ConflictError(`Another instance wrote the gate ${this.name} meanwhile`);
    return { state, etag: written };
  }
}

const whatGate = ({ rowKey }: Row): string => `The gate ${rowKey}`;

/** Fields that came later have their defaults in `openGate`. */
const stateSchema = z.looseObject({
  nextAt: z.number().default(openGate.nextAt),
  pausedUntil: z.number().default(openGate.pausedUntil),
  why: z.string().optional(),
  strikes: z.number().default(openGate.strikes),
  passed: maybe(z.number()),
  probe: maybe(z.string()),
  tickets: z.record(z.string(), z.number()).default(openGate.tickets),
  users: z.record(z.string(), z.number()).optional(),
});

export const gateCodec = rowCodec<{ readonly state: GateState }>(
  whatGate,
  z.object({ state: json<GateState>(stateSchema) }),
);

async function inTime<T>(ask: (patience: StorageCallOptions) => Promise<T>): Promise<T> {
  const abortSignal = AbortSignal.timeout(deadlineMs);
  try {
    return await ask({ abortSignal });
  } catch (error) {
    if (!abortSignal.aborted) throw error;
    throw new RetryableError(
      `The storage account does not answer within ${deadlineMs / 1000} s; check AzureWebJobsStorage and the network`,
      undefined,
      { cause: error },
    );
  }
}
