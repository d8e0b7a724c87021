import type { LearningContent, LearningSelfInitiatedCourse } from '@microsoft/microsoft-graph-types';
import {
  type Activity,
  activityOf,
  type NewActivity,
} from '../../../src/lib/destinations/viva-learning/activity';
import { type Content, contentOf } from '../../../src/lib/destinations/viva-learning/content';
import {
  type CourseRecord,
  createEncoder,
  type ResultRecord,
} from '../../../src/lib/destinations/viva-learning/encode';
import type { Course } from '../../../src/lib/domain/course';
import type { LearnerResult } from '../../../src/lib/domain/learner-result';
import { at, from } from '../origin';
import { vivaSettings } from './settings';

/** What is sent, held against Microsoft's own types: a field of another name or type does not compile. */
type Writable<T> = { -readonly [K in keyof T]: T[K] extends readonly string[] ? string[] : T[K] };
type Only<Sent, Known> =
  Exclude<keyof Sent, keyof Known | '@odata.type'> extends never ? Writable<Sent> : never;
const content = (sent: Only<Required<Content>, LearningContent>): LearningContent => sent;
const activity = (
  sent: Only<Required<NewActivity>, LearningSelfInitiatedCourse>,
): LearningSelfInitiatedCourse => sent;

const course: Course = { id: 'course-v1:a+b+c', name: 'Reading', url: 'https://lms.example.com/courses/1' };
const progress: LearnerResult = {
  courseId: course.id,
  email: 'Ann@example.com',
  status: 'InProgress',
  percent: 0.5,
};
const { encodeCourse, encodeProgress, encodeDeletion } = createEncoder(vivaSettings());

function read<T>(encoded: ReturnType<typeof encodeCourse>): T {
  if (!encoded.ok) throw new Error(encoded.skipped);
  return JSON.parse(encoded.json) as T;
}

test('a course becomes a content, and what it lacks is left out', () => {
  const whole: Course = {
    ...course,
    longDescription: 'Long',
    shortDescription: 'Short',
    durationMinutes: 89.6,
    thumbnailSmall: 'https://lms.example.com/small.png',
    thumbnailLarge: 'https://lms.example.com/large.png',
    org: 'Academy',
    keywords: ['a', 'b'],
    language: 'de_CH',
    createdAt: at('2026-01-01T00:00:00Z'),
    modifiedAt: at('2026-02-01T00:00:00Z'),
  };
  expect(content(contentOf(whole, 'openedx', 'en-us') as Writable<Required<Content>>)).toEqual({
    title: 'Reading',
    contentWebUrl: course.url,
    languageTag: 'de-ch',
    description: 'Long',
    duration: 'PT90M',
    format: 'Course',
    thumbnailWebUrl: 'https://lms.example.com/large.png',
    sourceName: 'openedx',
    contributors: ['Academy'],
    additionalTags: ['a', 'b'],
    createdDateTime: '2026-01-01T00:00:00Z',
    lastModifiedDateTime: '2026-02-01T00:00:00Z',
    isActive: true,
  });
  expect(read<CourseRecord>(encodeCourse(course, from))).toEqual({
    externalId: 'openedx:course-v1:a+b+c',
    content: {
      title: 'Reading',
      contentWebUrl: course.url,
      languageTag: 'en-us',
      format: 'Course',
      sourceName: 'openedx',
      isActive: true,
    },
  });
});

test.each([
  [undefined, 'en-us'],
  ['en', 'en-us'],
  ['EN-GB', 'en-gb'],
  ['fr', 'fr'],
  ['English (US)', 'en-us'],
])('the language %s is told as %s', (language, tag) => {
  const given = language === undefined ? course : { ...course, language };
  expect(contentOf(given, 'openedx', 'en-us').languageTag).toBe(tag);
});

test('a course that is gone is the last one told, inactive', () => {
  const told = encodeCourse(course, from);
  const before = read<CourseRecord>(told);
  const gone = JSON.parse(encodeDeletion(told.ok ? told.json : '', from)) as CourseRecord;
  expect(gone).toEqual({ ...before, content: { ...before.content, isActive: false } });
});

test.each([
  [
    { status: 'InProgress', percent: 0.333 },
    { status: 'inProgress', completionPercentage: 33 },
  ],
  [
    { status: 'Failed', percent: 0.4 },
    { status: 'inProgress', completionPercentage: 40 },
  ],
  [
    { status: 'Completed', completedAt: at('2026-02-01T00:00:00Z') },
    { status: 'completed', completionPercentage: 100, completedDateTime: '2026-02-01T00:00:00Z' },
  ],
  [
    { status: 'Passed', percent: 0.8, at: at('2026-02-02T00:00:00Z') },
    { status: 'completed', completionPercentage: 100, completedDateTime: '2026-02-02T00:00:00Z' },
  ],
  [
    { status: 'InProgress', startedAt: at('2026-01-01T00:00:00Z') },
    { status: 'inProgress', startedDateTime: '2026-01-01T00:00:00Z' },
  ],
] as const)('%j becomes %j', (given, told) => {
  const made = activityOf({ courseId: course.id, ...given });
  const whose = {
    learningProviderId: 'provider',
    learningContentId: 'content',
    learnerUserId: 'user',
    externalcourseActivityId: 'ours',
  };
  expect(activity({ ...whose, ...(made as Required<Activity>) })).toEqual({
    ...whose,
    '@odata.type': '#microsoft.graph.learningSelfInitiatedCourse',
    completedDateTime: null,
    ...told,
  });
});

test('a course that is not begun is skipped', () =>
  expect(encodeProgress({ ...progress, status: 'NotStarted' }, from)).toEqual({
    ok: false,
    skipped: 'Viva Learning knows no course that is not begun',
  }));

test('our id of an activity is the same in every run, another for each source, and names nobody', () => {
  const idOf = (record: LearnerResult, origin = from) =>
    read<ResultRecord>(encodeProgress(record, origin)).activityId;
  expect(idOf(progress)).toMatch(/^[\da-f-]{36}$/);
  expect(idOf({ ...progress, email: 'ann@EXAMPLE.com', percent: 1 })).toBe(idOf(progress));
  expect(idOf(progress, { ...from, source: 'other' })).not.toBe(idOf(progress));
  expect(idOf({ ...progress, email: 'bob@example.com' })).not.toBe(idOf(progress));
});

test('a later visit alone is nothing to tell', () => {
  const hash = (record: LearnerResult) => {
    const encoded = encodeProgress(record, from);
    return encoded.ok && encoded.hash;
  };
  expect(hash({ ...progress, at: at('2026-02-02T00:00:00Z') })).toBe(hash(progress));
  expect(hash({ ...progress, percent: 0.6 })).not.toBe(hash(progress));
});
