import { mapCourse, mapResult } from '../../../src/lib/sources/academy-of-mine/map';
import { Notes } from '../../../src/lib/sources/notes';
import { academySettings } from './settings';

const settings = academySettings('https://academy.example.com', { timeZone: 'Asia/Tokyo' });
const course = (raw: object, more: object = {}) =>
  mapCourse(
    { id: 7, name: 'Safety', slug: 'safety', status: 'published', ...raw },
    { settings, prefix: '', categories: new Map([['1', 'Basics']]), notes: new Notes(), ...more },
  );
const row = {
  user_id: 3,
  course_id: 7,
  email: 'Ann@example.com',
  status: 'In Progress',
  portal_name: 'Field',
};
const progress = (raw: object, notes = new Notes()) =>
  mapResult({ ...row, ...raw }, { courseId: '7', settings, notes });

test('a course has what its detail says', () => {
  expect(
    course({
      instructions: 'Wear a helmet.',
      estimatedCompletion: 2.5,
      estimationCompletedUnit: 'hours',
      durationSpecificDate: '2025-06-01',
      categories: [1, 99],
    }),
  ).toMatchObject({
    ok: true,
    key: '7',
    record: {
      id: '7',
      name: 'Safety',
      url: 'https://academy.example.com/',
      shortDescription: 'Wear a helmet.',
      longDescription: 'Wear a helmet.',
      keywords: ['Basics'],
      durationMinutes: 150,
      // The day stays the day, though it begins earlier in Tokyo.
      end: '2025-06-01T00:00:00Z',
    },
  });
});

test.each(['DRAFT', 'draft', 'Drafted', ' Draft'])('%s is a draft', (status) => {
  expect(course({ status })).toBeUndefined();
});

test.each(['publish', 'published', 'PUBLISHED', null, undefined])('%p is no draft', (status) => {
  expect(course({ status })).toMatchObject({ ok: true });
});

test.each([
  [
    'https://a.example.com/course/{slug}',
    { slug: 'über uns' },
    'https://a.example.com/course/%C3%BCber%20uns',
  ],
  ['https://a.example.com/course/{id}', {}, 'https://a.example.com/course/7'],
  ['https://a.example.com/course/{slug}', { slug: null }, 'https://academy.example.com/'],
])('the address of a course: %s', (courseUrl, raw, url) => {
  expect(course(raw, { settings: { ...settings, courseUrl } })).toMatchObject({ record: { url } });
});

test('days of work are not hours of it', () => {
  const mapped = course({ estimatedCompletion: 3, estimationCompletedUnit: 'days' });
  expect(mapped).not.toHaveProperty('record.durationMinutes');
});

test('a learning path cannot be taken for a course', () => {
  expect(course({}, { prefix: 'lp-' })).toMatchObject({ key: 'lp-7', record: { id: 'lp-7' } });
});

test('a row of the report is progress with percent, score and dates', () => {
  expect(
    progress({
      status: 'Completed',
      percent_complete: 100,
      percent_achieved: 87.5,
      registered_on: '2021-01-01 12:00:00',
      started_on: '10-Aug-2021',
      completed_on: 'Aug 11, 2021 09:30 AM',
      last_accessed_on: '2 days ago',
      expire_on: 'Never',
      certifcate_issued: 'Yes',
    }),
  ).toEqual({
    ok: true,
    key: '3\t7\tField',
    raw: expect.anything(),
    record: {
      courseId: '7',
      email: 'ann@example.com',
      status: 'Completed',
      percent: 1,
      grade: '87.5',
      startedAt: '2021-08-09T15:00:00Z',
      completedAt: '2021-08-11T00:30:00Z',
      at: '2021-08-11T00:30:00Z',
    },
  });
});

test.each([
  ['Not Started', 'NotStarted'],
  ['In Progress', 'InProgress'],
  ['in_progress', 'InProgress'],
  ['Completed', 'Completed'],
  ['registered', 'NotStarted'],
  ['started', 'InProgress'],
])('%s is %s', (status, ours) => {
  expect(progress({ status })).toMatchObject({ record: { status: ours } });
});

test('an unknown status is told, and a setting can say what it means', () => {
  const notes = new Notes();
  expect(progress({ status: 'Expired' }, notes)).toMatchObject({ record: { status: 'InProgress' } });
  expect(notes.list()).toEqual([{ text: 'unknown status "expired"', rows: 1 }]);
  const known = { ...settings, statuses: { expired: 'Failed' as const } };
  expect(mapResult({ ...row, status: 'Expired' }, { courseId: '7', settings: known, notes })).toMatchObject({
    record: { status: 'Failed' },
  });
});

test('a date that cannot be read is told and left out', () => {
  const notes = new Notes();
  expect(progress({ completed_on: '08/09/2020' }, notes)).not.toHaveProperty('record.completedAt');
  expect(notes.list()).toEqual([{ text: 'completed_on cannot be read as a date', rows: 1 }]);
});

test.each([
  [{ course_id: 8 }, 'the row belongs to another course than the one asked for'],
  [{ status: { code: 1 } }, 'the row is wrong at $.status'],
])('a row that cannot be used says why (%#)', (raw, reason) => {
  expect(progress(raw)).toMatchObject({ ok: false, reason });
});

test('numbers may come as texts, and empty', () => {
  expect(progress({ percent_complete: '45', percent_achieved: '' })).toMatchObject({
    record: { percent: 0.45 },
  });
});
