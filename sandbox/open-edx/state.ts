import { sampleCourses } from '../data/courses';
import type { GradeTable } from '../data/grade-table';
import { type GradeRow } from '../data/grade-table';
import { gradeRow, sampleGrades } from '../data/grades';
import { learner, type Learner } from '../data/learners';
import { random } from '../data/random';
import { TokenDesk } from '../tokens';
import { newCourse, type EdxCourse } from './course';
import type { OpenEdxOptions } from './options';

/** What a test wants to be true of one grade; what is left out is made up. */
export interface GradeChange {
  readonly email: string;
  readonly username?: string;
  readonly courseId: string;
  readonly percent?: number;
  /** Milliseconds since 1970; now, when left out. */
  readonly modified?: number;
}

/** All that this Open edX knows. Tests change it in place. */
export class OpenEdxState {
  /** In the order of the listing. */
  readonly courses: Map<string, EdxCourse>;
  readonly grades: GradeTable;
  readonly tokens: TokenDesk;
  /** Ids of rows whose grade cannot be computed: the course-grades API drops them from its pages. */
  readonly failing = new Set<number>();
  private readonly next: () => number;

  constructor(
    readonly options: OpenEdxOptions,
    readonly now: () => number,
  ) {
    const { seed, clientId, clientSecret } = options;
    const samples = sampleCourses(seed, options.courses).map((sample) => newCourse(sample));
    this.courses = new Map(samples.map((course) => [course.id, course]));
    this.grades = sampleGrades({
      seed,
      rows: options.grades,
      learners: options.learners,
      courseIds: [...this.courses.keys()],
      from: options.gradesFrom,
      // Half an hour ago, so that what happens now comes after it.
      to: options.gradesTo ?? now() - 1_800_000,
    });
    if (options.twinGrades > 0) this.addTwins(options.twinGrades);
    this.tokens = new TokenDesk({ clientId, clientSecret }, now);
    this.next = random(seed + 7);
  }

  private addTwins(count: number): void {
    for (const { learner: owner, courseId, modified } of [...this.grades].slice(0, count)) {
      const username = `${owner.username}_2`;
      const twin = { username, email: `2.${owner.email}`, writtenAs: owner.email.toUpperCase() };
      this.grades.upsert(gradeRow({ id: 0, learner: twin, courseId, percent: 0, modified }));
    }
  }

  learner(n: number): Learner {
    return learner(this.options.seed, n);
  }

  /** Adds the course, or changes the named fields of it. @throws Error when a new one lacks its name. */
  putCourse(change: Partial<EdxCourse> & { id: string }): EdxCourse {
    const old = this.courses.get(change.id);
    if (!old && !change.name) throw new Error('a new course needs a name');
    const course = { ...(old ?? blankCourse(change.id)), ...change };
    this.courses.set(course.id, course);
    return course;
  }

  /** @returns false when there is no such course. Its grades stay, as they do at Open edX. */
  removeCourse(id: string): boolean {
    return this.courses.delete(id);
  }

  /** Sets one learner's grade in one course. */
  grade(change: GradeChange): GradeRow {
    const old = this.grades.find(change.email, change.courseId);
    const username = change.username ?? old?.learner.username ?? change.email.split('@')[0] ?? '';
    const { id: _, ...row } = gradeRow({
      id: 0,
      learner: { email: change.email, username },
      courseId: change.courseId,
      percent: change.percent ?? old?.percent ?? 0,
      modified: change.modified ?? this.now(),
    });
    return this.grades.upsert(row);
  }

  /** Changes so many grades, drawn by seed, at the present time; each becomes the latest. @returns the new rows. */
  regrade(count: number): GradeRow[] {
    const changed: GradeRow[] = [];
    for (let n = 0; n < count && this.grades.size > 0; n += 1) {
      const row = this.grades.at(Math.floor(this.next() * this.grades.size)) as GradeRow;
      const percent = Math.min(1, Math.round((row.percent + 0.05 + this.next() * 0.3) * 100) / 100);
      changed.push(this.grade({ email: row.learner.email, courseId: row.courseId, percent }));
    }
    return changed;
  }

  removeGrade(email: string, courseId: string): boolean {
    const row = this.grades.find(email, courseId);
    return row !== undefined && this.grades.remove(row);
  }
}

function blankCourse(id: string): EdxCourse {
  const [sample] = sampleCourses(1, 1);
  const [org = 'edX', number = 'C1', run = 'R1'] = id.replace(/^course-v1:/, '').split('+');
  return { ...newCourse({ ...(sample as NonNullable<typeof sample>), hidden: false }), id, org, number, run };
}
