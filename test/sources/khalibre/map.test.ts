import { readDate } from '../../../src/lib/sources/khalibre/dates';
import { mapCourse, mapResult } from '../../../src/lib/sources/khalibre/map';
import { Notes } from '../../../src/lib/sources/notes';

const baseUrl = 'https://learn.example.com';
const course = {
  courseId: 1201,
  title: 'Fire safety',
  classTitle: 'Fire safety 2025-A',
  description: 'How not to burn.',
  bannerUrl: 'https://cdn.example.com/b.png',
  bookingUrl: 'https://learn.example.com/class/1201',
  communities: [{ id: 55, name: 'Staff', bookingUrl: 'https://learn.example.com/staff/1201' }],
  deliveryMethod: { key: 'online', value: 'Online' },
  languages: ['en', 'km'],
  timezone: 'Asia/Phnom_Penh',
  startDate: '2025-01-05T07:00:00+07:00',
  endDate: null,
  createdDate: '2024-12-01T00:00:00Z',
  modifiedDate: '2025-01-02T00:00:00Z',
  expectedDuration: 60,
  totalActivity: 8,
  price: 0.0,
  isVisible: true,
};
const map = (raw: unknown, notes = new Notes()) => mapCourse(raw, baseUrl, notes);
const recordOf = (raw: unknown) => (map(raw) as unknown as { record: Record<string, unknown> }).record;

describe('a course', () => {
  it('is mapped with what it says and nothing else', () => {
    expect(map(course)).toEqual({
      ok: true,
      key: '1201',
      raw: course,
      record: {
        id: '1201',
        name: 'Fire safety',
        url: 'https://learn.example.com/class/1201',
        shortDescription: 'How not to burn.',
        longDescription: 'How not to burn.',
        thumbnailSmall: 'https://cdn.example.com/b.png',
        thumbnailLarge: 'https://cdn.example.com/b.png',
        language: 'en',
        start: '2025-01-05T00:00:00Z',
        createdAt: '2024-12-01T00:00:00Z',
        modifiedAt: '2025-01-02T00:00:00Z',
      },
    });
  });

  it('may say no more than its id and a title', () => {
    expect(recordOf({ courseId: '9', classTitle: 'A' })).toEqual({ id: '9', name: 'A', url: `${baseUrl}/` });
    const empty = {
      courseId: 9,
      title: 'A',
      description: ' ',
      languages: [],
      communities: null,
      startDate: '',
    };
    expect(recordOf(empty)).toEqual({ id: '9', name: 'A', url: `${baseUrl}/` });
  });

  it('is opened where it can be booked, over https', () => {
    const urlOf = (more: object) => recordOf({ ...course, ...more }).url;
    expect(urlOf({ bookingUrl: 'http://learn.example.com/x' })).toBe('https://learn.example.com/staff/1201');
    expect(urlOf({ bookingUrl: '/web/x' })).toBe('https://learn.example.com/web/x');
    expect(urlOf({ bookingUrl: 'javascript:alert(1)', communities: [] })).toBe(`${baseUrl}/`);
  });

  it('that is long or has markup has no short description', () => {
    for (const description of ['x'.repeat(251), '<p>Hello</p>'])
      expect(recordOf({ ...course, description })).not.toHaveProperty('shortDescription');
  });

  it('that is hidden is none', () => {
    expect(map({ ...course, isVisible: false })).toBeUndefined();
  });

  it.each([
    ['2025-01-05 08:30:00.0', '2025-01-05T08:30:00Z'],
    ['2025-01-05T08:30:00.000+0000', '2025-01-05T08:30:00Z'],
    ['2025-01-05 08:30:00 +07:00', '2025-01-05T01:30:00Z'],
    ['Sun Jan 05 08:30:00 UTC 2025', '2025-01-05T08:30:00Z'],
    ['Sun, 05 Jan 2025 08:30:00 GMT', '2025-01-05T08:30:00Z'],
    ['1736065800000', '2025-01-05T08:30:00Z'],
    ['1736065800', '2025-01-05T08:30:00Z'],
    ['2025-01-05', '2025-01-05T00:00:00Z'],
  ])('has its dates read from %s', (startDate, start) => {
    expect(recordOf({ ...course, startDate })).toMatchObject({ start });
  });

  it.each(['05/01/2025', 'soon', '2025-13-45', 'Sun Jan 05 08:30:00 ICT 2025'])(
    'goes without a date that is %s, which is told',
    (startDate) => {
      const notes = new Notes();
      expect(map({ ...course, startDate }, notes)).toMatchObject({
        ok: true,
        record: { name: 'Fire safety' },
      });
      expect(notes.list()).toEqual([{ text: 'startDate cannot be read as a date', rows: 1 }]);
    },
  );

  it.each([
    [{ ...course, courseId: undefined }, undefined, 'the row is wrong at $.courseId'],
    [{ ...course, courseId: 2 ** 60 }, undefined, 'the row is wrong at $.courseId'],
    [{ ...course, title: { en: 'Fire' }, classTitle: [] }, '1201', 'the course has no title'],
    [{ ...course, title: ' ', classTitle: null }, '1201', 'the course has no title'],
    [{ ...course, isVisible: 'perhaps' }, '1201', 'the row is wrong at $.isVisible'],
    [null, undefined, 'the row is wrong at $ (expected object)'],
  ])('that is wrong costs itself and says why (%#)', (raw, key, reason) => {
    expect(map(raw)).toEqual({ ok: false, key, reason, raw });
  });
});

const row = {
  courseId: 1201,
  title: 'Fire safety',
  emailAddress: 'Ann@Example.com',
  firstName: 'Ann',
  status: 1,
  statusDescription: 'In progress',
  completedActivity: 3,
  totalActivity: 8,
  bookingDate: '2025-01-01T00:00:00Z',
  recentUpdateDate: '2025-02-01T00:00:00Z',
  community: { id: 55, name: 'Staff' },
};
const mapRow = (raw: unknown, courseId: string | undefined = '1201', notes = new Notes()) =>
  mapResult(raw, { courseId, statuses: { 9: 'Completed', 'on hold': 'NotStarted' }, notes });
const progressOf = (more: object) =>
  (mapRow({ ...row, ...more }) as unknown as { record: Record<string, unknown> }).record;

describe('progress', () => {
  it('is told by address, course and community, with the share of its activities', () => {
    expect(mapRow(row)).toEqual({
      ok: true,
      key: 'ann@example.com\t1201\t55',
      raw: row,
      record: {
        courseId: '1201',
        email: 'ann@example.com',
        status: 'InProgress',
        percent: 0.375,
        at: '2025-02-01T00:00:00Z',
      },
    });
  });

  it('may leave out what it likes', () => {
    expect(mapRow({ emailAddress: 'a@example.com' })).toMatchObject({
      key: 'a@example.com\t1201\t',
      record: { courseId: '1201', email: 'a@example.com', status: 'InProgress' },
    });
    expect(progressOf({ recentUpdateDate: null })).toMatchObject({ at: '2025-01-01T00:00:00Z' });
    expect(mapRow({ ...row, emailAddress: null })).toMatchObject({ ok: true, key: undefined });
    expect(progressOf({ emailAddress: 'n/a' })).not.toHaveProperty('email');
  });

  it.each([
    [3, 0, undefined],
    [null, 8, undefined],
    [-1, 8, undefined],
    [9, 8, 1],
    [0, 8, 0],
    [1, 3, 0.3333],
  ])('of %p of %p activities is %p', (completedActivity, totalActivity, percent) => {
    expect(progressOf({ completedActivity, totalActivity }).percent).toBe(percent);
  });

  it('takes statuses from the setting first, by code or description', () => {
    expect(progressOf({ status: 9, statusDescription: 'Exempted' }).status).toBe('Completed');
    expect(progressOf({ status: '9', statusDescription: 'Failed' }).status).toBe('Completed');
    expect(progressOf({ status: 7, statusDescription: ' On Hold ' }).status).toBe('NotStarted');
  });

  it('with an unknown status is in progress, and told without anything personal', () => {
    const notes = new Notes();
    for (const more of [
      { status: 8, statusDescription: 'Sent to ann@example.com' },
      { status: 8, statusDescription: 'Sent to bob@example.com' },
      { status: null, statusDescription: null },
    ])
      expect(mapRow({ ...row, ...more }, '1201', notes)).toMatchObject({ record: { status: 'InProgress' } });
    expect(notes.list()).toEqual([
      { text: 'unknown status 8 "Sent to …"', rows: 2 },
      { text: 'no status', rows: 1 },
    ]);
  });

  it.each([
    [
      { ...row, courseId: 7 },
      'ann@example.com\t7\t55',
      'the row belongs to another course than the one asked for',
    ],
    [{ ...row, emailAddress: { at: 5 } }, undefined, 'the row is wrong at $.emailAddress'],
    [{ ...row, status: { code: 2 } }, 'ann@example.com\t1201\t55', 'the row is wrong at $.status'],
    [[], undefined, 'the row is wrong at $ (expected object)'],
  ])('that is wrong costs itself, without a value in the reason (%#)', (raw, key, reason) => {
    expect(mapRow(raw)).toEqual({ ok: false, key, reason, raw });
  });

  it('of a learner must name its course', () => {
    const { courseId: _, ...rest } = row;
    const mapped = mapResult(rest, { courseId: undefined, statuses: undefined, notes: new Notes() });
    expect(mapped).toMatchObject({ ok: false, reason: 'the row has no courseId' });
  });
});

test('a date of 100,000 blanks between two letters takes no time', () => {
  const began = performance.now();
  expect(readDate(`a${' '.repeat(100_000)}b`)).toBeUndefined();
  // Half a minute before; a bound so wide cannot fail on a busy machine.
  expect(performance.now() - began).toBeLessThan(2_000);
});
