import { readBody } from '../../../src/lib/sources/academy-of-mine/webhook-body';
import {
  academyEvents,
  nameOf,
  webhookEvents,
} from '../../../src/lib/sources/academy-of-mine/webhook-events';

const user = { id: 1, first_name: 'Aom', last_name: 'Staff', email: 'Dev@example.com' };

test.each([
  [{ course_id: 7 }, '7'],
  [{ data: { courseId: '7' } }, '7'],
  [{ userList: [user], enrollCoursesIds: [7] }, '7'],
  [{ userList: [user], enrolledCourses: [{ id: 7, name: 'Safety' }] }, '7'],
  [{ userList: [user], enrollDetails: { course: { id: 7 } } }, '7'],
  [{ course: 7 }, '7'],
  [{ course: { id: 7 }, course_id: '7' }, '7'],
  [[{ course_id: 7 }], '7'],
  // Several, or none that is surely one: nobody guesses.
  [{ courses: [{ id: 7 }, { id: 8 }] }, undefined],
  [{ enrollments: [{ id: 7 }] }, undefined],
  [{ id: 7, name: 'Safety' }, undefined],
  [{ totalCourses: 3, course_name: '7', course: 'Safety 7' }, undefined],
  [{ course_id: '../7' }, undefined],
  [{ course_id: -7 }, undefined],
  ['course_id', undefined],
  [null, undefined],
])('%j is about course %p', (body, courseId) => {
  expect(readBody(body).courseId).toBe(courseId);
});

test.each([
  [{ userList: [user] }, 'dev@example.com'],
  [{ user, course: { id: 7, author: { email: 'author@example.com' } } }, 'dev@example.com'],
  [{ id: 4, email: 'johnDoe@example.com' }, 'johndoe@example.com'],
  [{ userList: [user, { ...user, email: 'ann@example.com' }] }, undefined],
  // Of the second nobody knows who it is: the first alone would leave the other out.
  [{ userList: [user, { id: 2 }] }, undefined],
  [{ userList: [] }, undefined],
  [{ email: 'nobody' }, undefined],
])('%j is about %p', (body, learner) => {
  expect(readBody(body).learner).toBe(learner);
});

test('a body without an end in sight is nobody’s', () => {
  const deep = Array.from({ length: 50 }).reduce<object>((inner) => ({ data: inner }), { course_id: 7 });
  expect(readBody(deep).courseId).toBeUndefined();
  const wide = { list: Array.from({ length: 10_000 }, () => ({ course_id: 7 })) };
  expect(readBody(wide).courseId).toBeUndefined();
});

test('lists within lists without an end in sight are nobody’s', () => {
  const text = '['.repeat(100_000) + ']'.repeat(100_000);
  expect(readBody(JSON.parse(text))).toEqual({ courseId: undefined, learner: undefined });
});

test('all thirteen values of the lookup are known, by value and by title, misspelt as they are', () => {
  expect(Object.keys(webhookEvents)).toHaveLength(13);
  for (const [value, title] of Object.entries(webhookEvents))
    expect([nameOf(value), nameOf(title), nameOf(` ${value.toUpperCase()} `)]).toEqual([value, value, value]);
  expect(nameOf('assigment_submission')).toBe('assigment_submission');
  expect(['assignment_submission', 'course_deleted', ''].map(nameOf)).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  const looked = Object.entries(academyEvents.names).flatMap(([name, kind]) => (kind ? [[name, kind]] : []));
  expect(looked).toEqual([
    ['course_enrolled', 'consumption'],
    ['course_completed', 'consumption'],
  ]);
});
