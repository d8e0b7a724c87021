import { random } from '../data/random';
import { makeCourses, makeEnrolments, makeUsers, progressAt } from './data';
import type { AcCourse, AcEnrolment, AcUser } from './data';
import { accountCreated, type AcEvent, completed, enrolled } from './events';
import { written } from './dates';
import type { AcademyOptions } from './options';

export interface AcPath {
  readonly id: number;
  readonly name: string;
  readonly status: string;
  readonly instructions: string;
  readonly created: number;
  readonly courses: readonly number[];
}

/** All that this Academy of Mine knows. Tests change it through these methods. */
export class AcademyState {
  /** In the order in which they were created, which is that of the list. */
  readonly courses: Map<number, AcCourse>;
  readonly paths: Map<number, AcPath>;
  readonly users: Map<number, AcUser>;
  readonly enrolments: Map<number, AcEnrolment>;
  /** Told of what webhooks tell. */
  onEvent: (event: AcEvent) => void = () => undefined;
  private readonly next: () => number;

  constructor(
    readonly options: AcademyOptions,
    readonly now: () => number,
  ) {
    const courses = makeCourses(options);
    const users = makeUsers(options);
    this.courses = new Map(courses.map((one) => [one.id, one]));
    this.users = new Map(users.map((one) => [one.id, one]));
    this.enrolments = new Map(makeEnrolments(options, courses, users, now()).map((one) => [one.id, one]));
    this.paths = new Map(
      Array.from({ length: options.learningPaths }, (_, place): [number, AcPath] => {
        const part = courses.slice(place * 3, place * 3 + 3);
        const name = `Path to ${part[0]?.name ?? 'nowhere'}`;
        const status = place % 4 === 3 ? 'DRAFT' : 'PUBLISHED';
        const created = Date.UTC(2022, place, 1);
        return [
          place + 1,
          { id: place + 1, name, status, instructions: '', created, courses: part.map(({ id }) => id) },
        ];
      }),
    );
    this.next = random(options.seed + 7);
  }

  /** Those that are no drafts. */
  published(): AcCourse[] {
    return [...this.courses.values()].filter(({ status }) => status !== 'DRAFT');
  }

  /** Adds the course, or changes the named fields of it. @throws Error when a new one lacks its name. */
  putCourse(change: Partial<AcCourse> & { id: number }): AcCourse {
    const old = this.courses.get(change.id);
    if (!old && !change.name) throw new Error('a new course needs a name');
    const course: AcCourse = {
      name: '',
      slug: `course-${change.id}`,
      status: 'published',
      instructions: '',
      hours: null,
      ends: null,
      categories: [],
      created: this.now(),
      ...old,
      ...change,
    };
    this.courses.set(course.id, course);
    return course;
  }

  /** @returns false when there is no such course. Its enrolments go with it. */
  removeCourse(id: number): boolean {
    for (const one of this.enrolments.values()) if (one.courseId === id) this.enrolments.delete(one.id);
    return this.courses.delete(id);
  }

  userOf(email: string): AcUser | undefined {
    return [...this.users.values()].find((user) => user.email.toLowerCase() === email.toLowerCase());
  }

  addUser(user: Omit<AcUser, 'id'>): AcUser {
    const added = { ...user, id: Math.max(999, ...this.users.keys()) + 1 };
    this.users.set(added.id, added);
    this.onEvent(accountCreated(added, this.today()));
    return added;
  }

  /** @param portalId left out: in whichever portal. */
  find(courseId: number, userId: number, portalId?: number): AcEnrolment | undefined {
    return [...this.enrolments.values()].find(
      (one) =>
        one.courseId === courseId &&
        one.userId === userId &&
        (portalId === undefined || one.portalId === portalId),
    );
  }

  /** Puts a user into a course (of a portal), or changes the named fields of an enrolment. */
  enrol(change: Partial<AcEnrolment> & { courseId: number; userId: number }): AcEnrolment {
    const old = this.find(change.courseId, change.userId, change.portalId);
    const id = old?.id ?? Math.max(49_999, ...this.enrolments.keys()) + 1;
    const one = { portalId: 5, ...progressAt(0, this.now(), 1), ...old, ...change, id };
    this.enrolments.set(id, one);
    const [user, course] = [this.users.get(one.userId), this.courses.get(one.courseId)];
    if (user && course && !old) this.onEvent(enrolled(user, course));
    if (user && course && one.completed !== null && !old?.completed)
      this.onEvent(completed(user, course, this.today()));
    return one;
  }

  private enrolSomebody(): void {
    const [users, courses] = [[...this.users.values()], this.published()];
    const user = users[Math.floor(this.next() * users.length)];
    const course = courses[Math.floor(this.next() * courses.length)];
    if (user && course && !this.find(course.id, user.id))
      this.enrol({ courseId: course.id, userId: user.id });
  }

  private today(): string {
    return written(this.now(), 'Aug 09, 2020', this.options.timeZone);
  }

  /** So many things happen, drawn by seed: learners get on, some join a course, sometimes a course changes. */
  act(count: number): void {
    for (let n = 0; n < count; n += 1) {
      const enrolments = [...this.enrolments.values()];
      const one = enrolments[Math.floor(this.next() * enrolments.length)];
      if (!one) return;
      const course = this.courses.get(one.courseId);
      const draw = this.next();
      if (draw < 0.2 && course) {
        const at = new Date(this.now()).toISOString();
        this.putCourse({ id: course.id, instructions: `${course.instructions.split(' [')[0]} [${at}]` });
      } else if (draw < 0.5) {
        this.enrolSomebody();
      } else {
        const percent = one.percent >= 100 ? 0 : Math.min(100, one.percent + 20);
        const done = progressAt(percent, one.registered, this.next());
        this.enrol({ ...one, ...done, completed: done.completed && this.now() });
      }
    }
  }
}
