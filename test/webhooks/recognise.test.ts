import type { Source } from '../../src/lib/sources/source';
import { placesOf, recognise } from '../../src/lib/webhooks/recognise';
import { endOfQuarter, taskFor } from '../../src/lib/webhooks/task';
import { webhookOf } from '../../sandbox/khalibre/webhooks';
import { webhookShapes } from '../../sandbox/khalibre/options';
import { openEdxSettings } from '../sources/open-edx/settings';

const settings = openEdxSettings('https://lms.example.com');
const places = placesOf(settings);
const read = (body: unknown, header?: string) => recognise(body, header, places);

describe('recognising', () => {
  test.each(webhookShapes.filter((shape) => shape !== 'opaque'))('the shape “%s”', (shape) => {
    const event = { type: 'course.activity', courseId: 1201, learnerEmail: 'Ann@Example.com' } as const;
    const { headers, body } = webhookOf(event, shape, 0);
    expect(read(JSON.parse(body), headers['X-Event-Type'])).toMatchObject({
      type: 'course.activity',
      courseId: '1201',
    });
  });

  test.each([
    ['COURSE_UPDATED', 'course.updated'],
    ['courseUpdated', 'course.updated'],
    ['course:updated', 'course.updated'],
    ['lms.course.updated', 'course.updated'],
    [' Course.Updated ', 'course.updated'],
    ['user.created', undefined],
    ['ann@example.com', undefined],
    ['notification', undefined],
    ['', undefined],
    [7, undefined],
    [{ name: 'course.updated' }, undefined],
  ])('the type %j is %s', (type, expected) => {
    expect(read({ type }).type).toBe(expected);
  });

  test('one of our types counts before another that stands earlier', () => {
    expect(read({ eventType: 'audit.log', type: 'course.created' }).type).toBe('course.created');
    expect(read({ type: 'audit.log' }, 'course.created').type).toBe('course.created');
  });

  test.each([
    ['an address', 'ann@example.com'],
    ['dots that would climb up a path', '..'],
    ['a blank', 'a b'],
    ['a line', 'a\nb'],
    ['more than a key holds', 'x'.repeat(256)],
    ['a number that is not whole', 1.5],
    ['a number that cannot be told from its neighbours', 2 ** 53],
    ['nothing', null],
    ['an object', { id: 1 }],
  ])('%s is no course', (_, courseId) => {
    expect(read({ type: 'course.created', courseId }).courseId).toBeUndefined();
  });

  test('an Open edX course keeps its own name', () => {
    const id = 'course-v1:edX+DemoX+Demo_Course';
    expect(read({ courseId: id }).courseId).toBe(id);
  });

  test('the settings’ pointers come before the usual places, and escapes are read', () => {
    const more = placesOf({
      ...settings,
      webhookTypePointers: ['/meta/kind~1of'],
      webhookCoursePointers: ['/items/0/id'],
      webhookLearnerPointers: ['/who'],
    });
    const body = {
      meta: { 'kind/of': 'course.status' },
      items: [{ id: 7 }],
      who: 'Bo@example.com',
      courseId: 8,
    };
    expect(recognise(body, undefined, more)).toEqual({
      type: 'course.status',
      named: 'course.status',
      courseId: '7',
      learner: 'bo@example.com',
    });
  });

  test('members that are inherited are not there', () => {
    const body = JSON.parse('{"__proto__":{"type":"course.deleted","courseId":1}}') as unknown;
    expect(read(body)).toMatchObject({ type: undefined, courseId: undefined });
    expect(
      recognise({}, undefined, { ...places, type: ['/constructor/name', '/__proto__/x'] }).named,
    ).toBeUndefined();
  });
});

describe('what is to be done', () => {
  const at = Date.parse('2026-03-01T12:07:00Z');
  const tick = Date.parse('2026-03-01T12:15:00Z');
  const feed = {} as never;
  const source = (more: Partial<Source>): Source => ({ id: 'lms', sourceKind: 'test', ...more });
  const scanned = source({ catalog: feed, consumption: { type: 'scanned' } as never });
  const windowed = source({ catalog: feed, consumption: { type: 'windowed' } as never });
  const task = (from: Source, body: unknown) => taskFor(from, read(body), at);

  test.each(['course.created', 'course.updated', 'course.deleted', 'course.shared', 'course.unshared'])(
    '%s: the course is looked at again',
    (type) => {
      expect(task(scanned, { type, courseId: 5 })).toEqual({
        type: 'course',
        kind: 'catalog',
        courseId: '5',
      });
    },
  );

  test.each(['course.status', 'course.activity'])('%s: its learners are', (type) => {
    const body = { type, courseId: 5, learnerEmail: 'ann@example.com' };
    expect(task(scanned, body)).toEqual({
      type: 'course',
      kind: 'consumption',
      courseId: '5',
      learner: 'ann@example.com',
    });
    expect(task(windowed, body)).toEqual({ type: 'delta', kinds: ['consumption'], tick });
    expect(task(source({ catalog: feed }), body)).toMatchObject({
      type: 'ignore',
      why: expect.stringContaining('no consumption'),
    });
  });

  test('a community, a course without an id, no type at all: a run at the end of the quarter of an hour', () => {
    expect(task(scanned, { type: 'community.updated' })).toEqual({ type: 'delta', kinds: ['catalog'], tick });
    expect(task(scanned, { type: 'course.status' })).toEqual({ type: 'delta', kinds: ['consumption'], tick });
    expect(task(scanned, { done: true })).toEqual({ type: 'delta', kinds: ['catalog', 'consumption'], tick });
    expect(task(source({ catalog: feed }), [])).toEqual({ type: 'delta', kinds: ['catalog'], tick });
    expect(task(source({}), [])).toMatchObject({ type: 'ignore' });
    expect(endOfQuarter(tick)).toBe(tick + 15 * 60_000);
  });

  test('another type is ignored, by its name', () => {
    expect(task(scanned, { type: 'user.created', courseId: 5 })).toEqual({
      type: 'ignore',
      why: 'Nothing is to be done about events of the type user.created',
    });
  });
});
