import type { Feed } from '../../domain/feed';
import {
  addChanges,
  type ChangeSample,
  type Changes,
  type Counts,
  noChanges,
  noCounts,
  type Run,
  type Slice,
  samplesKept,
} from '../../domain/run';
import { addNotes, type Note } from '../../domain/notes';
import { utc } from '../../domain/time';
import { NotThereYetError, type RefusedError } from '../../errors';
import type { QuarantineLookup } from '../../store/quarantine-lookup';
import { quarantineId, quarantineRowKey } from '../../store/quarantine-rows';
import type { Engine } from '../engine';
import { notThereYet } from '../why-not-sent';
import { tooManyBad } from './deliver';
import type { Hold } from './post';

export interface BadRecord {
  readonly key: string | undefined;
  readonly raw: unknown;
  readonly reason: string;
  readonly status?: number;
  readonly courseId?: string;
}

/** Samples are kept together in one property of the run's row, which holds 32,000 characters. */
const cut = (text: string): string => (text.length <= 200 ? text : `${text.slice(0, 199)}…`);

/** Counts what becomes of a slice's records, and keeps its bad ones. */
export class Tally {
  readonly #counts: { -readonly [K in keyof Omit<Counts, 'skippedBecause'>]: number };
  readonly #skippedBecause: Map<string, number>;
  #changes: Changes;
  #notes: readonly Note[];
  #quarantined: QuarantineLookup | undefined;
  /** Under which the records are worked: who has lost it writes nothing into the quarantine, nor clears it. */
  hold: Hold | undefined;

  constructor(
    private readonly engine: Engine,
    /** Whose counts these are: a run's, or an event's, which has an id as well. */
    private readonly run: Pick<Run, 'runId' | 'dryRun'>,
    private readonly feed: Feed,
    /** Of a slice that goes on: what its earlier attempts have counted. */
    soFar: Pick<Slice, 'counts' | 'changes' | 'notes'> = { counts: noCounts, changes: undefined, notes: [] },
  ) {
    const { skippedBecause = {}, ...numbers } = soFar.counts;
    this.#counts = numbers;
    this.#skippedBecause = new Map(Object.entries(skippedBecause));
    this.#changes = soFar.changes ?? noChanges;
    this.#notes = soFar.notes;
  }

  /** Looks into the feed's quarantine, so that `arrived` can clear what stands in it by now. Before reading the source. */
  async begin(): Promise<void> {
    if (!this.run.dryRun) this.#quarantined = await this.engine.quarantine.lookUp(this.feed);
  }

  /** Counts a part of the slice, which is added once it is done: what is broken off is counted again. */
  part(): Tally {
    const part = new Tally(this.engine, this.run, this.feed);
    part.#quarantined = this.#quarantined;
    part.hold = this.hold;
    return part;
  }

  add(part: Tally): void {
    const { skippedBecause = {}, ...numbers } = part.counts;
    for (const name of Object.keys(numbers) as (keyof typeof numbers)[]) this.#counts[name] += numbers[name];
    for (const [reason, n] of Object.entries(skippedBecause))
      this.#skippedBecause.set(reason, (this.#skippedBecause.get(reason) ?? 0) + n);
    this.#changes = addChanges(this.#changes, part.#changes);
    this.note(part.notes);
  }

  get counts(): Counts {
    const skippedBecause = Object.fromEntries(this.#skippedBecause);
    return { ...this.#counts, ...(this.#skippedBecause.size > 0 && { skippedBecause }) };
  }

  /** Of a slice that failed: what is on its way is in no count yet, and counts must balance. */
  get countsSoFar(): Counts {
    const { sent, unchanged, skipped, quarantined } = this.#counts;
    return { ...this.counts, read: sent + unchanged + skipped + quarantined };
  }

  get notes(): readonly Note[] {
    return this.#notes;
  }

  get changes(): Changes | undefined {
    return this.run.dryRun ? this.#changes : undefined;
  }

  /** @param expected how many records there are to come in all, as far as anyone knows: bad ones come in clumps. */
  isBeyondRepair(expected = 0): boolean {
    const { quarantined, read } = this.#counts;
    return tooManyBad({ quarantined, read: Math.max(read, expected) });
  }

  read(): void {
    this.#counts.read++;
  }

  /** The record is left to another step, which counts it. */
  unread(): void {
    this.#counts.read--;
  }

  unchanged(): void {
    this.#counts.unchanged++;
  }

  /** @param reason one of few, for the operator; names nobody. */
  skipped(reason: string): void {
    this.#counts.skipped++;
    this.#skippedBecause.set(reason, (this.#skippedBecause.get(reason) ?? 0) + 1);
  }

  sent(): void {
    this.#counts.sent++;
  }

  deleted(): void {
    this.#counts.deleted++;
  }

  /** What a dry run would have done. */
  change(sample: ChangeSample): void {
    const { samples, ...numbers } = this.#changes;
    const short = { ...sample, courseId: cut(sample.courseId), detail: cut(sample.detail) };
    this.#changes = {
      ...numbers,
      [sample.change]: numbers[sample.change] + 1,
      samples: samples.length < samplesKept ? [...samples, short] : samples,
    };
  }

  /** @param counted the record stands in another count already. @throws LeaseLostError when another worker is at it. */
  async quarantine(bad: BadRecord, counted = false): Promise<void> {
    if (!counted) this.#counts.quarantined++;
    if (this.run.dryRun) return;
    this.hold?.assertOutlives(0);
    await this.engine.quarantine.put({
      id: quarantineId(this.feed, bad.key, bad.raw),
      feed: this.feed,
      runId: this.run.runId,
      reason: bad.reason,
      status: bad.status,
      at: utc(this.engine.now()),
      courseId: bad.courseId,
      raw: bad.raw,
    });
  }

  /** The sink took everything but this record. */
  refused(
    { key, raw }: Pick<BadRecord, 'key' | 'raw'>,
    error: RefusedError,
    courseId: string,
    counted = false,
  ): Promise<void> {
    const { message: reason, status } = error;
    const waits = error instanceof NotThereYetError;
    if (waits && !counted) this.skipped(notThereYet);
    return this.quarantine({ key, raw, reason, status, courseId }, counted || waits);
  }

  /** Something for the operator that is no error; names nobody. */
  note(notes: readonly Note[] = []): void {
    this.#notes = addNotes(this.#notes, notes);
  }

  /** The records were delivered, or are nothing to deliver: older failures of theirs are over. */
  async arrived(records: readonly Pick<BadRecord, 'key' | 'raw'>[]): Promise<void> {
    if (!this.#quarantined || this.#quarantined.isEmpty || records.length === 0) return;
    const ids = new Map(
      records.map(({ key, raw }) => {
        const id = quarantineId(this.feed, key, raw);
        return [quarantineRowKey(id), id];
      }),
    );
    const found = await this.#quarantined.find([...ids.keys()]);
    if (found.length === 0) return;
    this.hold?.assertOutlives(0);
    await this.engine.quarantine.clear(found.flatMap((key) => ids.get(key) ?? []));
  }
}
