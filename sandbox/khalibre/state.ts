import { sampleCourses } from '../data/courses';
import { random } from '../data/random';
import { TokenDesk } from '../tokens';
import { isListed, newCourse, type KhCommunity, type KhCourse } from './course';
import type { KhEvent } from './events';
import type { KhalibreOptions, KhStatus, WebhookTarget } from './options';
import { progressKey, sampleProgress, statusFor, type KhProgress } from './progress';

/** What a test wants to be true of one learner in one course; what is left out stays, or is made up. */
export interface ProgressChange {
  readonly courseId: number;
  readonly email: string;
  /** The first of the course, when left out. */
  readonly communityId?: number;
  readonly firstName?: string;
  readonly lastName?: string;
  readonly completedActivity?: number;
  readonly status?: KhStatus;
  readonly raw?: Readonly<Record<string, unknown>>;
}

/** All that this Khalibre knows. Tests change it through these methods, and each change tells its event. */
export class KhalibreState {
  /** In the order of the listing. */
  readonly courses: Map<number, KhCourse>;
  readonly communities: Map<number, KhCommunity>;
  readonly tokens: TokenDesk;
  /** Called with every event, whether or not a webhook is set. */
  onEvent: ((event: KhEvent) => void) | undefined;
  private readonly rows: Map<string, KhProgress>;
  private readonly next: () => number;

  constructor(
    readonly options: KhalibreOptions,
    readonly now: () => number,
  ) {
    const { seed, clientId, clientSecret } = options;
    const places = ['Staff', 'Partners', 'Volunteers', 'Public health', 'Schools'];
    const communities = places.map((name, place) => ({ id: 55 + place, name }));
    this.communities = new Map(communities.map((one) => [one.id, one]));
    const courses = sampleCourses(seed, options.courses).map((one) => newCourse(one, seed, communities));
    this.courses = new Map(courses.map((course) => [course.id, course]));
    const rows = [...sampleProgress(options, courses, now())];
    this.rows = new Map(rows.map((row) => [progressKey(row), row]));
    this.tokens = new TokenDesk({ clientId, clientSecret }, now);
    this.next = random(seed + 7);
  }

  /** Where events go; undefined: nowhere. */
  get webhook(): WebhookTarget | undefined {
    return this.options.webhook;
  }

  set webhook(target: WebhookTarget | undefined) {
    this.options.webhook = target;
  }

  get progress(): KhProgress[] {
    return [...this.rows.values()];
  }

  /** Those that the API lists. */
  listed(): KhCourse[] {
    return [...this.courses.values()].filter(isListed);
  }

  /** Adds the course, or changes the named fields of it. @throws Error when a new one lacks its title. */
  putCourse(change: Partial<KhCourse> & { id: number }): KhCourse {
    const old = this.courses.get(change.id);
    if (!old && !change.title) throw new Error('a new course needs a title');
    const course = { ...(old ?? this.blankCourse(change.id)), modified: this.now(), ...change };
    this.courses.set(course.id, course);
    const was = old?.state === 'public';
    const is = course.state === 'public';
    if (is) this.tell({ type: was ? 'course.updated' : 'course.created', courseId: course.id });
    else if (was) this.tell({ type: 'course.deleted', courseId: course.id });
    return course;
  }

  /** @returns false when there is no such course. Its progress goes with it. */
  removeCourse(id: number): boolean {
    if (!this.courses.delete(id)) return false;
    for (const [key, row] of this.rows) if (row.courseId === id) this.rows.delete(key);
    this.tell({ type: 'course.deleted', courseId: id });
    return true;
  }

  /** Adds a shared course to a community, or takes it out. */
  share(courseId: number, communityId: number, shared = true): void {
    const course = this.courses.get(courseId);
    const community = this.communities.get(communityId);
    if (!course || !community) throw new Error('no such course or community');
    const others = course.communities.filter((id) => id !== communityId);
    this.courses.set(courseId, { ...course, communities: shared ? [...others, communityId] : others });
    this.tell({ type: shared ? 'course.shared' : 'course.unshared', courseId, community });
  }

  renameCommunity(id: number, name: string): void {
    this.communities.set(id, { id, name });
    this.tell({ type: 'community.updated', community: { id, name } });
  }

  find(courseId: number, email: string, communityId: number): KhProgress | undefined {
    return this.rows.get(progressKey({ courseId, email, communityId }));
  }

  /** Sets one learner's progress. A new learner is told as booked, without an event. */
  putProgress(change: ProgressChange): KhProgress {
    const course = this.courses.get(change.courseId);
    const communityId = change.communityId ?? course?.communities[0] ?? 55;
    const old = this.find(change.courseId, change.email, communityId);
    const done = change.completedActivity ?? old?.completedActivity ?? 0;
    const kept = change.completedActivity === undefined ? old?.status : undefined;
    const row: KhProgress = {
      firstName: 'New',
      lastName: 'Learner',
      booked: this.now(),
      ...old,
      ...change,
      communityId,
      completedActivity: done,
      status: change.status ?? kept ?? statusFor(done, course?.totalActivity ?? 0),
      updated: this.now(),
    };
    this.rows.set(progressKey(row), row);
    const community = this.communities.get(communityId);
    const told = { courseId: row.courseId, learnerEmail: row.email, community };
    if (old && row.completedActivity > old.completedActivity) this.tell({ type: 'course.activity', ...told });
    if (old && row.status.code !== old.status.code) this.tell({ type: 'course.status', ...told });
    return row;
  }

  removeProgress(courseId: number, email: string, communityId: number): boolean {
    return this.rows.delete(progressKey({ courseId, email, communityId }));
  }

  /** So many things happen, drawn by seed: mostly learners get on, sometimes a course or a community changes. */
  act(count: number): void {
    for (let n = 0; n < count; n += 1) this.actOnce(this.next());
  }

  private actOnce(chance: number): void {
    const course = this.draw([...this.courses.values()]);
    const community = this.draw([...this.communities.values()]);
    if (!course || !community) return;
    if (chance < 0.75) this.getOn();
    else if (chance < 0.88) {
      const description = `${course.description.split(' [')[0]} [${new Date(this.now()).toISOString()}]`;
      this.putCourse({ id: course.id, description });
    } else if (chance < 0.94) this.openOrClose(course);
    else if (chance < 0.98) {
      const shared = course.communities.includes(community.id);
      if (!shared || course.communities.length > 1) this.share(course.id, community.id, !shared);
    } else {
      const name = `${community.name.replace(/ \d+$/, '')} ${1 + Math.floor(this.next() * 99)}`;
      this.renameCommunity(community.id, name);
    }
  }

  /** No more than a tenth of the courses is closed at a time, however long this runs. */
  private openOrClose(course: KhCourse): void {
    const closed = [...this.courses.values()].filter(({ state }) => state !== 'public');
    const [first] = closed;
    if (first && closed.length * 10 >= this.courses.size) this.putCourse({ id: first.id, state: 'public' });
    else this.putCourse({ id: course.id, state: course.state === 'public' ? 'draft' : 'public' });
  }

  /** A learner does one more activity; who has done them all takes the course anew. */
  private getOn(): void {
    const row = this.draw([...this.rows.values()]);
    if (!row) return;
    const all = this.courses.get(row.courseId)?.totalActivity ?? 0;
    this.putProgress({
      ...row,
      completedActivity: row.completedActivity < all ? row.completedActivity + 1 : 0,
      status: undefined,
    });
  }

  private draw<T>(from: readonly T[]): T | undefined {
    return from[Math.floor(this.next() * from.length)];
  }

  private tell(event: KhEvent): void {
    this.onEvent?.(event);
  }

  private blankCourse(id: number): KhCourse {
    const [sample] = sampleCourses(1, 1);
    const course = newCourse(sample as NonNullable<typeof sample>, 1, [...this.communities.values()]);
    return { ...course, id, created: this.now(), state: 'public', visibility: 'api', visible: true };
  }
}
