import type { Route } from '../../domain/feed';
import { isEnded, type Run, type Slice } from '../../domain/run';
import type { Engine } from '../engine';
import { placeNumber, placesTaken } from './places';
import { sliceLease } from '../slice/context';

/** A slice that is due, and that nobody works. */
export interface Due {
  readonly run: Run;
  readonly slice: Slice;
}

/** A message that comes a moment early need not come again. */
export const earlyMs = 1_000;
/** Runs that began since are looked for so often. */
const lookMs = 2_000;
/** Slices of a run that are kept in mind at a time. */
const most = 100;

/** What there is to do for a source and a destination, of its runs in turn, so that a large one holds up no other. */
export class DueSlices {
  #turns: { readonly run: Run; readonly slices: Slice[] }[] = [];
  #lookedAt = -Infinity;
  /** Runs in the order in which they last had their turn. */
  #served: string[] = [];

  /**
   * @param place the id of the place from which they are to be worked: neighbours begin with different slices.
   * @param only of this run alone. @param without this run.
   */
  constructor(
    private readonly engine: Engine,
    private readonly route: Route,
    private readonly place?: string,
    private readonly only?: string,
    private readonly without?: string,
  ) {}

  /** @returns undefined when nothing is due that nobody works. Someone else may be faster all the same. */
  async next(): Promise<Due | undefined> {
    if (this.engine.now() - this.#lookedAt > lookMs) await this.#look();
    for (let looked = false; ; looked = true) {
      for (let turn = this.#turns.shift(); turn; turn = this.#turns.shift()) {
        const slice = turn.slices.shift();
        if (!slice) continue;
        this.#turns.push(turn);
        const { runId } = turn.run;
        this.#served = [...this.#served.filter((other) => other !== runId), runId];
        return { run: turn.run, slice };
      }
      if (looked) return undefined;
      await this.#look();
    }
  }

  async #look(): Promise<void> {
    this.#turns = [];
    for (const runId of await this.#runs()) {
      const run = await this.engine.runs.readIfReadable(runId);
      if (!run?.planId || isEnded(run) || run.cancelRequested) continue;
      const slices = await this.#dueOf(run);
      if (slices.length > 0) this.#turns.push({ run, slices });
    }
    const lastServed = ({ run }: { run: Run }): number => this.#served.indexOf(run.runId);
    this.#turns.sort((a, b) => lastServed(a) - lastServed(b));
    this.#lookedAt = this.engine.now();
  }

  async #runs(): Promise<string[]> {
    if (this.only !== undefined) return [this.only];
    const { source, destination } = this.route;
    const open = await this.engine.feeds.listOpen();
    return open
      .filter(({ feed }) => feed.source === source && feed.destination === destination)
      .map(({ runId }) => runId)
      .filter((runId) => runId !== this.without);
  }

  async #dueOf(run: Run): Promise<Slice[]> {
    const due: Slice[] = [];
    const isFree = freeSlices(this.engine, this.route, this.place);
    for await (const slice of this.engine.runs.slices(run, 'pending')) {
      if (slice.dueAt > this.engine.now() + earlyMs || !(await isFree(slice))) continue;
      due.push(slice);
      if (due.length >= most) break;
    }
    const start = this.place === undefined ? 0 : placeNumber(this.place);
    return start < due.length ? [...due.slice(start), ...due.slice(0, start)] : due;
  }
}

/** Tells whether nobody works a slice. @param own id of the asker's place: what it left there is free to it. */
export function freeSlices(engine: Engine, route: Route, own?: string): (slice: Slice) => Promise<boolean> {
  let taken: ReadonlySet<string> | undefined;
  /** Places that were let go; nobody gets the same id again. */
  const gone = new Set<string>();
  return async (slice) => {
    const { worker } = slice;
    if (worker === undefined || worker === own) return true;
    // An app of the version before names no place, and holds a lease on the slice instead.
    if (!worker.includes('/')) return !(await engine.leases.isHeld(sliceLease(slice)));
    if (gone.has(worker)) return true;
    if (taken?.has(worker)) return false;
    // Looked at after the slice was read: it may have been taken from a place that is newer than the last look.
    taken = await placesTaken(engine, route);
    if (taken.has(worker)) return false;
    gone.add(worker);
    return true;
  };
}
