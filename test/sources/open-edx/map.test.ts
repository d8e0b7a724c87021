import { Notes } from '../../../src/lib/sources/notes';
import * as map from '../../../src/lib/sources/open-edx/map';

const baseUrl = 'https://lms.example.com';
const nobody = (): undefined => undefined;
const mapCourse = (raw: unknown, notes = new Notes()) => map.mapCourse(raw, baseUrl, notes);
const mapBulkGrade = (raw: unknown) => map.mapBulkGrade(raw, { addressOf: nobody, notes: new Notes() });
const row = {
  id: 'course-v1:edX+toy+2012_Fall',
  name: 'Toy Course',
  org: 'edX',
  short_description: 'A course about toys.',
  start: '2015-07-17T12:00:00Z',
  end: '2015-09-19T18:00:00+02:00',
  enrollment_start: null,
  hidden: false,
  media: {
    course_video: { uri: null },
    image: { raw: null, small: '/s.jpg', large: 'https://cdn.example.com/l.jpg' },
  },
};

describe('a course', () => {
  it('is mapped with what it says and nothing else', () => {
    expect(mapCourse(row)).toEqual({
      ok: true,
      key: row.id,
      raw: row,
      record: {
        id: row.id,
        name: 'Toy Course',
        org: 'edX',
        shortDescription: 'A course about toys.',
        url: 'https://lms.example.com/courses/course-v1:edX+toy+2012_Fall/about',
        thumbnailSmall: 'https://lms.example.com/s.jpg',
        thumbnailLarge: 'https://cdn.example.com/l.jpg',
        start: '2015-07-17T12:00:00Z',
        end: '2015-09-19T16:00:00Z',
      },
    });
  });

  it('may come from an older server', () => {
    const old = { course_id: row.id, name: 'Old', short_description: '', media: {}, effort: null, end: null };
    expect(mapCourse(old)).toMatchObject({ ok: true, record: { id: row.id, name: 'Old' } });
    expect(Object.keys((mapCourse(old) as { record: object }).record)).toEqual(['id', 'name', 'url']);
  });

  it.each([
    [{ ...row, id: undefined }, undefined, 'the course has no id'],
    [{ ...row, name: null }, row.id, 'the row is wrong at $.name (expected string)'],
    [{ ...row, name: ' ' }, row.id, 'the row is wrong at $.name'],
    [null, undefined, 'the row is wrong at $ (expected object)'],
    ['secret', undefined, 'the row is wrong at $ (expected object)'],
  ])('that is wrong costs itself and says why (%#)', (raw, key, reason) => {
    expect(mapCourse(raw)).toEqual({ ok: false, key, reason, raw });
  });
});

const grade = {
  username: ' Ann@Example.com ',
  course_key: 'course-v1:edX+toy+1',
  passed: true,
  percent: 0.9,
  letter_grade: 'A',
};

describe('a bulk grade', () => {
  it('has the address in its user name', () => {
    expect(mapBulkGrade(grade)).toEqual({
      ok: true,
      key: ' Ann@Example.com \tcourse-v1:edX+toy+1',
      raw: grade,
      record: {
        courseId: grade.course_key,
        email: 'ann@example.com',
        status: 'Passed',
        percent: 0.9,
        grade: 'A',
      },
    });
  });

  it('of an older server has a plain user name and no address', () => {
    const mapped = mapBulkGrade({ ...grade, username: 'Ann', passed: false, letter_grade: '' });
    expect(mapped).toMatchObject({ ok: true, key: 'Ann\tcourse-v1:edX+toy+1' });
    expect((mapped as { record: object }).record).toEqual({
      courseId: grade.course_key,
      username: 'Ann',
      status: 'InProgress',
      percent: 0.9,
    });
  });

  it.each([
    [{ ...grade, course_key: null }, undefined, '$.course_key (expected string)'],
    [{ ...grade, passed: 'maybe' }, ' Ann@Example.com \tcourse-v1:edX+toy+1', '$.passed'],
    [{ ...grade, username: '' }, undefined, '$.username'],
    [[], undefined, '$ (expected object)'],
  ])('that is wrong costs itself, without a value in the reason (%#)', (raw, key, at) => {
    expect(mapBulkGrade(raw)).toEqual({ ok: false, key, reason: `the row is wrong at ${at}`, raw });
  });
});

describe('a grade of a course', () => {
  const { course_key, ...rest } = { ...grade, username: 'ann', letter_grade: null };
  const raw = { ...rest, course_id: course_key, email: '' };

  it('takes the address of the row, then the one that is known otherwise', () => {
    const known = (username: string) => (username === 'ann' ? 'ANN@example.com' : undefined);
    const emailOf = (given: object) =>
      (map.mapCourseGrade(given, { addressOf: known, notes: new Notes() }) as { record: { email?: string } })
        .record.email;
    expect(emailOf({ ...raw, email: 'masters@example.com' })).toBe('masters@example.com');
    expect(emailOf(raw)).toBe('ann@example.com');
    expect(emailOf({ ...raw, username: 'bob' })).toBeUndefined();
  });
});
