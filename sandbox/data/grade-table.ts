import type { Learner } from './learners';

/** One learner's grade in one course. A row is never changed in place: a new one takes its place. */
export interface GradeRow {
  /** In order of creation, from 1. */
  readonly id: number;
  readonly learner: Learner;
  readonly courseId: string;
  /** 0 to 1. */
  readonly percent: number;
  readonly passed: boolean;
  readonly letter: string;
  /** Milliseconds since 1970. */
  readonly modified: number;
}

/** Grade rows in order of modification time, then id. Windows are found by halving, never by sorting. */
export class GradeTable {
  private readonly rows: GradeRow[];
  private lastId: number;
  // Both are built when first asked for, and kept up to date from then on.
  private byKey: Map<string, GradeRow> | undefined;
  private byCourse: Map<string, Map<number, GradeRow>> | undefined;
  /** Grows with every change, so that a reader can tell whether what it kept is still true. */
  version = 0;

  /** @param rows in order of modification time, then id. */
  constructor(rows: GradeRow[]) {
    this.rows = rows;
    this.lastId = rows.reduce((most, row) => Math.max(most, row.id), 0);
  }

  get size(): number {
    return this.rows.length;
  }

  /** @param index in order of modification time; negative counts from the latest. */
  at(index: number): GradeRow | undefined {
    return this.rows.at(index);
  }

  slice(from: number, to: number): GradeRow[] {
    return this.rows.slice(from, to);
  }

  [Symbol.iterator](): Iterator<GradeRow> {
    return this.rows[Symbol.iterator]();
  }

  /** Where the first row with `modified >= ms` stands; `after` true: `modified > ms`. */
  position(ms: number, after: boolean): number {
    return this.firstWhere((row) => (after ? row.modified > ms : row.modified >= ms));
  }

  find(learner: string, courseId: string): GradeRow | undefined {
    return this.keys().get(keyOf(learner, courseId));
  }

  /** Rows of a course in order of id. */
  ofCourse(courseId: string): GradeRow[] {
    return [...(this.courses().get(courseId)?.values() ?? [])].sort((a, b) => a.id - b.id);
  }

  /** Adds the row, or puts it in the place of the one that its learner has in the course (which keeps its id). */
  upsert(row: Omit<GradeRow, 'id'>): GradeRow {
    const old = this.find(row.learner.email, row.courseId);
    if (old) this.remove(old);
    const added: GradeRow = { ...row, id: old?.id ?? (this.lastId += 1) };
    this.rows.splice(this.placeOf(added), 0, added);
    this.keys().set(keyOf(added.learner.email, added.courseId), added);
    this.addToCourse(added);
    this.version += 1;
    return added;
  }

  /** @returns false when the row is not there any more. */
  remove(row: GradeRow): boolean {
    const place = this.placeOf(row);
    if (this.rows[place]?.id !== row.id) return false;
    this.rows.splice(place, 1);
    this.keys().delete(keyOf(row.learner.email, row.courseId));
    this.byCourse?.get(row.courseId)?.delete(row.id);
    this.version += 1;
    return true;
  }

  private placeOf(row: GradeRow): number {
    return this.firstWhere(
      (other) => other.modified > row.modified || (other.modified === row.modified && other.id >= row.id),
    );
  }

  private firstWhere(holds: (row: GradeRow) => boolean): number {
    let low = 0;
    let high = this.rows.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (holds(this.rows[middle] as GradeRow)) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  private keys(): Map<string, GradeRow> {
    return (this.byKey ??= new Map(this.rows.map((row) => [keyOf(row.learner.email, row.courseId), row])));
  }

  private courses(): Map<string, Map<number, GradeRow>> {
    if (!this.byCourse) {
      this.byCourse = new Map();
      for (const row of this.rows) this.addToCourse(row);
    }
    return this.byCourse;
  }

  private addToCourse(row: GradeRow): void {
    if (!this.byCourse) return;
    const rows = this.byCourse.get(row.courseId) ?? new Map<number, GradeRow>();
    this.byCourse.set(row.courseId, rows.set(row.id, row));
  }
}

const keyOf = (email: string, courseId: string): string => `${email.toLowerCase()}|${courseId}`;
