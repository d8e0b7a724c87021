import { sampleCourses } from '../data/courses';
import { learner } from '../data/learners';
import { randomAt } from '../data/random';
import type { AcademyOptions } from './options';

export interface AcCourse {
  readonly id: number;
  readonly name: string;
  readonly slug: string;
  /** `DRAFT`, and `publish`, `published` or `PUBLISHED`: the vendor is not of one mind. */
  readonly status: string;
  readonly instructions: string;
  readonly hours: number | null;
  /** `2025-06-01`, or none. */
  readonly ends: string | null;
  readonly categories: readonly number[];
  /** Milliseconds since 1970. */
  readonly created: number;
  /** Sent over the detail's own fields: for tests of odd answers. */
  readonly raw?: Readonly<Record<string, unknown>>;
}

export interface AcUser {
  readonly id: number;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
}

/** One user in one course. */
export interface AcEnrolment {
  readonly id: number;
  readonly userId: number;
  readonly courseId: number;
  readonly portalId: number;
  readonly status: string;
  /** 0 to 100. */
  readonly percent: number;
  readonly score: number | null;
  /** Milliseconds since 1970. */
  readonly registered: number;
  readonly started: number | null;
  readonly completed: number | null;
  /** A text such as `2 days ago`, or a time. */
  readonly accessed: number | string;
  /** Sent over the report's own fields. */
  readonly raw?: Readonly<Record<string, unknown>>;
}

export const categories = ['Leadership', 'Safety', 'Data', 'Languages', 'Compliance'].map((name, place) => ({
  id: 21 + place,
  name,
}));

export const portals = ['Head office', 'Partners', 'Field'].map((name, place) => ({ id: 5 + place, name }));

const day = 86_400_000;
const publishedWords = ['publish', 'published', 'PUBLISHED'];

export function makeCourses({ seed, courses }: AcademyOptions): AcCourse[] {
  return sampleCourses(seed, courses).map((sample): AcCourse => {
    const { number, name } = sample;
    const chance = (place: number): number => randomAt(seed + 31, number * 4 + place);
    const word = publishedWords[Math.floor(chance(0) * 3)] ?? 'publish';
    const first = Math.floor(chance(1) * categories.length);
    return {
      id: 300 + number,
      name,
      slug: `course-${number}`,
      // The first is never a draft: a small catalog has a course in it.
      status: number % 9 === 4 ? 'DRAFT' : word,
      instructions: sample.description,
      hours: sample.effortHours,
      ends: sample.end === null ? null : new Date(sample.end).toISOString().slice(0, 10),
      categories: [categories[first]?.id ?? 21, ...(chance(2) < 0.3 ? [25] : [])],
      created: Date.UTC(2021, 0, 4) + number * 3 * day,
    };
  });
}

export function makeUsers({ seed, learners }: AcademyOptions): AcUser[] {
  return Array.from({ length: learners }, (_, n): AcUser => {
    const { email } = learner(seed, n);
    const [first = '', last = ''] = (email.split('@')[0] ?? '').replace(/\d+$/, '').split('.');
    return { id: 1000 + n, email, firstName: capital(first), lastName: capital(last) };
  });
}

/** @param now milliseconds since 1970: everything has happened before it. */
export function makeEnrolments(
  { seed, coursesPerLearner }: AcademyOptions,
  courses: readonly AcCourse[],
  users: readonly AcUser[],
  now: number,
): AcEnrolment[] {
  const share = Math.min(1, coursesPerLearner / Math.max(1, courses.length));
  const made: AcEnrolment[] = [];
  for (const [n, user] of users.entries())
    for (const [place, course] of courses.entries()) {
      const chance = (use: number): number => randomAt(seed + 47 + use, n * courses.length + place);
      if (chance(0) >= share || course.status === 'DRAFT') continue;
      const registered = now - Math.floor(20 + chance(1) * 700) * day;
      const percent = chance(2) < 0.3 ? 0 : Math.min(100, Math.floor(chance(2) * 140 - 30));
      made.push({
        id: 50_000 + made.length,
        userId: user.id,
        courseId: course.id,
        portalId: portals[Math.floor(chance(3) * portals.length)]?.id ?? 5,
        ...progressAt(percent, registered, chance(4)),
      });
    }
  return made;
}

/** How far somebody is. @param chance 0 to 1: how some things are written. */
export function progressAt(percent: number, registered: number, chance: number) {
  const started = percent > 0 ? registered + 2 * day : null;
  const completed = percent >= 100 ? registered + 9 * day : null;
  const told = chance < 0.5 ? '2 days ago' : (completed ?? started ?? registered);
  return {
    percent,
    registered,
    started,
    completed,
    status: percent >= 100 ? 'Completed' : percent > 0 ? 'In Progress' : 'Not Started',
    score: percent >= 100 ? Math.round(60 + chance * 40) : null,
    accessed: started === null ? 'Never' : told,
  };
}

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
