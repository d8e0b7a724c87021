import { learner, type Learner } from './learners';
import { randomAt } from './random';
import { GradeTable, type GradeRow } from './grade-table';

export interface SampleGrades {
  readonly seed: number;
  readonly rows: number;
  readonly learners: number;
  readonly courseIds: readonly string[];
  /** Modification times lie between these, milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
}

/**
 * Rows in order of their modification time, so that nothing is ever sorted: a million takes about a second.
 * Each learner meets a course once. There are at least `rows / courses` learners.
 */
export function sampleGrades(sample: SampleGrades): GradeTable {
  const { seed, rows, courseIds } = sample;
  if (rows === 0 || courseIds.length === 0) return new GradeTable([]);
  const people = Math.max(sample.learners, Math.ceil(rows / courseIds.length));
  const cast: Learner[] = Array.from({ length: people }, (_, n) => learner(seed, n));
  const stride = coprime(people);
  const step = (sample.to - sample.from) / rows;
  return new GradeTable(
    Array.from({ length: rows }, (_, n): GradeRow => {
      const who = (n * stride) % people;
      const round = Math.floor(n / people);
      const offset = Math.floor(randomAt(seed + 1, who) * courseIds.length);
      return gradeRow({
        id: n + 1,
        learner: cast[who] as Learner,
        courseId: courseIds[(offset + round) % courseIds.length] as string,
        percent: Math.round(randomAt(seed + 2, n) * 100) / 100,
        modified: Math.floor(sample.from + step * (n + 0.9 * randomAt(seed + 3, n))),
      });
    }),
  );
}

/** Open edX knows no failing letter: below the pass mark there is none. */
export const gradeRow = (row: Omit<GradeRow, 'passed' | 'letter'>): GradeRow => ({
  ...row,
  passed: row.percent >= 0.6,
  letter: row.percent >= 0.6 ? 'Pass' : '',
});

function coprime(to: number): number {
  const shared = (a: number, b: number): number => (b === 0 ? a : shared(b, a % b));
  let stride = Math.max(1, Math.floor(to * 0.618));
  while (shared(stride, to) !== 1) stride += 1;
  return stride;
}
