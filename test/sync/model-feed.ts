import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Mapped } from '../../src/lib/domain/mapped';
import type { LearnerResult } from '../../src/lib/domain/learner-result';
import { utc, type Window } from '../../src/lib/domain/time';
import type { WindowedFeed, WindowPage } from '../../src/lib/sources/source';

/** A row of the model server. `modified` in seconds; the window under test is `windowUnderTest`. */
export interface ModelRow {
  readonly id: number;
  readonly modified: number;
  readonly value: number;
}

/** The server's bounds, in seconds; rows at `from` or `to` are in or out as the server treats its bounds. */
export const bounds = { from: 100, to: 200 };
export const windowUnderTest: Window = { from: utc(bounds.from * 1000), to: utc(bounds.to * 1000) };

/** `ties`: by modification time alone; rows of one second come in another order each time. */
export type Order = 'modified' | 'id' | 'ties' | 'unstable';

export interface ModelOptions {
  readonly rows: readonly ModelRow[];
  readonly pageSize: number;
  readonly order: Order;
  readonly start: 'inclusive' | 'exclusive';
  readonly end: 'inclusive' | 'exclusive';
  /** Whether nothing happens between a page's count and its rows. */
  readonly atomic: boolean;
  /** Each is done at some moment between two steps of the server. */
  readonly edits: readonly Edit[];
  /** Draws what happens next; used up, everything happens in order. */
  readonly draws: readonly number[];
}

/** `leave`: re-graded now, long after the window. `enter`: committed late, with a time inside of the window. */
export interface Edit {
  readonly type: 'leave' | 'enter';
  /** Which row, or which second. */
  readonly pick: number;
}

interface Request {
  readonly page: number;
  readonly answer: (page: WindowPage | undefined) => void;
  count?: number;
  page0?: WindowPage | undefined;
  state: 'asked' | 'counted' | 'read';
}

/**
 * A server in memory whose every moment is drawn: when it counts, when it reads the page (another statement than
 * the count, as with any real database), when the answer arrives, and which edits happen in between.
 */
export class ModelFeed implements WindowedFeed {
  readonly type = 'windowed';
  readonly timeZone = 'UTC';
  readonly pageSize: number;
  /** Pages that were asked for, in order. */
  readonly asked: number[] = [];
  mostInFlight = 0;
  editsMade = 0;
  private rows: ModelRow[];
  private readonly stayed: Set<number>;
  private readonly open: Request[] = [];
  private nextEdit = 0;
  private nextDraw = 0;
  private shuffles = 1;

  constructor(private readonly options: ModelOptions) {
    this.pageSize = options.pageSize;
    this.rows = [...options.rows];
    this.stayed = new Set(this.inWindow().map(({ id }) => id));
  }

  /** Rows that were in the window from the beginning until now, with their present value. */
  get stayedRows(): ModelRow[] {
    return this.inWindow().filter(({ id }) => this.stayed.has(id));
  }

  count(): Promise<never> {
    throw new Error('the reader of a window does not count it');
  }

  page(_window: Window, page: number): Promise<WindowPage | undefined> {
    this.asked.push(page);
    return new Promise((answer) => {
      this.open.push({ page, answer, state: 'asked' });
      this.mostInFlight = Math.max(this.mostInFlight, this.open.length);
    });
  }

  map(raw: unknown): Mapped<LearnerResult> {
    const { id } = raw as ModelRow;
    return { ok: true, key: `row ${id}`, record: { courseId: `${id}`, status: 'InProgress' }, raw };
  }

  /** Lets time pass until the reading is over. */
  async drive(reading: Promise<void>): Promise<void> {
    const reader = { over: false };
    const end = (): void => {
      reader.over = true;
    };
    reading.then(end, end);
    while (!reader.over) {
      await nextTurn();
      if (this.open.length > 0) this.step();
    }
    return reading;
  }

  private step(): void {
    const { edits, draws } = this.options;
    const draw = draws[this.nextDraw++] ?? 0;
    // With no draws left the edits that remain come first, so that every schedule has all of its edits.
    const choices = this.open.length + (this.nextEdit < edits.length ? 1 : 0);
    const request = this.open[(draw % choices) - (choices - this.open.length)];
    if (request) this.proceed(request);
    else this.edit(edits[this.nextEdit++] as Edit);
  }

  private proceed(request: Request): void {
    if (request.state === 'asked') {
      request.count = this.inWindow().length;
      request.state = 'counted';
      if (this.options.atomic) this.proceed(request);
    } else if (request.state === 'counted') {
      request.page0 = this.read(request.page, request.count ?? 0);
      request.state = 'read';
    } else {
      this.open.splice(this.open.indexOf(request), 1);
      request.answer(request.page0);
    }
  }

  private read(page: number, count: number): WindowPage | undefined {
    const pages = Math.max(1, Math.ceil(count / this.pageSize));
    if (page > pages) return undefined;
    const rows = this.sorted().slice((page - 1) * this.pageSize, page * this.pageSize);
    return { rows: rows.map((row) => this.map(row)), count, pages };
  }

  private edit({ type, pick }: Edit): void {
    this.editsMade++;
    if (type === 'enter') {
      const id = 1 + Math.max(0, ...this.rows.map((row) => row.id));
      this.rows.push({ id, modified: bounds.from + 1 + (pick % (bounds.to - bounds.from - 1)), value: 0 });
      return;
    }
    const inWindow = this.sorted();
    const row = inWindow[pick % inWindow.length];
    if (!row) return;
    this.stayed.delete(row.id);
    const later: ModelRow = { id: row.id, modified: bounds.to + 1_000 + this.nextEdit, value: row.value + 1 };
    this.rows = this.rows.map((other) => (other.id === row.id ? later : other));
  }

  private inWindow(): ModelRow[] {
    const { start, end } = this.options;
    return this.rows.filter(
      ({ modified }) =>
        (start === 'inclusive' ? modified >= bounds.from : modified > bounds.from) &&
        (end === 'inclusive' ? modified <= bounds.to : modified < bounds.to),
    );
  }

  private sorted(): ModelRow[] {
    const { order } = this.options;
    const rows = this.inWindow().sort((a, b) => a.id - b.id);
    if (order === 'id') return rows;
    if (order !== 'modified') this.shuffle(rows);
    return order === 'unstable' ? rows : rows.sort((a, b) => a.modified - b.modified);
  }

  private shuffle(rows: ModelRow[]): void {
    for (let last = rows.length - 1; last > 0; last--) {
      // Numerical Recipes' generator: another shuffle each time, the same in every test run.
      this.shuffles = (this.shuffles * 1_664_525 + 1_013_904_223) % 2 ** 32;
      const other = Math.floor((this.shuffles / 2 ** 32) * (last + 1));
      [rows[last], rows[other]] = [rows[other] as ModelRow, rows[last] as ModelRow];
    }
  }
}
