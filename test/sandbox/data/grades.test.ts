import { gradeRow, sampleGrades } from '../../../sandbox/data/grades';
import { GradeTable } from '../../../sandbox/data/grade-table';

const courseIds = Array.from({ length: 300 }, (_, n) => `course-v1:edX+C${n}+R`);
const sample = (rows: number) =>
  sampleGrades({ seed: 3, rows, learners: 1000, courseIds, from: 0, to: 400_000_000_000 });

test('rows come in order of time, each learner once a course, the same for the same seed', () => {
  const rows = [...sample(20_000)];
  expect(rows.every((row, n) => n === 0 || row.modified >= rows[n - 1]!.modified)).toBe(true);
  expect(new Set(rows.map((row) => `${row.learner.email} ${row.courseId}`)).size).toBe(20_000);
  expect(rows[0]!.learner.email).toMatch(/^[a-z]+\.[a-z]+\d+@example\.com$/);
  expect([...sample(20_000)]).toEqual(rows);
});

test('windows of a million rows are found', () => {
  const table = sample(1_000_000);
  expect(table.size).toBe(1_000_000);
  for (let n = 0; n < 1000; n += 1) {
    const from = table.position(n * 300_000_000, false);
    expect(table.slice(from, from + 100)).toHaveLength(100);
  }
});

test('order, keys and courses stay right through random changes', () => {
  const table = sample(500);
  const mirror = new Map([...table].map((row) => [`${row.learner.email} ${row.courseId}`, row]));
  table.ofCourse(courseIds[0]!);
  for (let n = 0; n < 400; n += 1) {
    const row = table.at((n * 37) % table.size)!;
    const key = `${row.learner.email} ${row.courseId}`;
    if (n % 3 === 0) {
      expect(table.remove(row)).toBe(true);
      expect(table.remove(row)).toBe(false);
      mirror.delete(key);
    } else {
      // Many rows of one instant: the id decides.
      mirror.set(key, table.upsert(gradeRow({ ...row, modified: (n % 5) * 80_000_000_000 })));
    }
  }
  const expected = [...mirror.values()].sort((a, b) => a.modified - b.modified || a.id - b.id);
  expect([...table]).toEqual(expected);
  const course = expected[0]!.courseId;
  expect(table.ofCourse(course)).toEqual(
    expected.filter((row) => row.courseId === course).sort((a, b) => a.id - b.id),
  );
  expect([...mirror.values()].every((row) => table.find(row.learner.email, row.courseId) === row)).toBe(true);
});

test('bounds fall before or after rows of the same instant', () => {
  const learner = { username: 'a', email: 'a@example.com' };
  const row = (id: number, modified: number) =>
    gradeRow({ id, learner, courseId: `c${id}`, percent: 1, modified });
  const table = new GradeTable([row(1, 10), row(2, 20), row(3, 20), row(4, 30)]);
  expect([table.position(20, false), table.position(20, true)]).toEqual([1, 3]);
  expect([table.position(-Infinity, false), table.position(Infinity, true)]).toEqual([0, 4]);
});
