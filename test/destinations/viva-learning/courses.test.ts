import { AuthError, RefusedError, RetryableError, WaitError } from '../../../src/lib/errors';
import { failure } from '../../http/client-builder';
import { course, courseId, errorAt, World } from './world';

let world: World;
beforeEach(async () => (world = await World.start()));
afterEach(() => world.stop());

describe('courses', () => {
  test('go 20 a call, and are found again by their id, whatever it is made of', async () => {
    const ids = [courseId, ...Array.from({ length: 19 }, (_, n) => `id'${n}/%2F?#&=`)];
    expect(await world.calls(() => world.sendCourses(...ids.map(course)))).toBe(1);
    expect([...world.graph.state.contents.keys()].sort()).toEqual(ids.map((id) => `openedx:${id}`).sort());
    expect(
      await world.calls(() => world.sendCourses(...ids.map((id) => ({ ...course(id), name: 'New' })))),
    ).toBe(1);
    expect(world.graph.state.contents.size).toBe(20);
    expect(world.contentOf(courseId)).toMatchObject({ title: 'New', isActive: true });
  });

  test('each answer is judged by itself: what is bad is refused, what passes is tried again alone', async () => {
    world.graph.state.poisoned.add('c3');
    world.graph.state.faults.set(
      { status: 429, path: 'c5', count: 1 },
      { status: 503, path: 'c7', count: 2 },
      { status: 500, path: 'c9', count: 1, afterEffect: true },
    );
    const ids = Array.from({ length: 12 }, (_, n) => `c${n}`);
    const notTaken = await world.sendCourses(...ids.map(course));
    expect([...notTaken.keys()]).toEqual([3]);
    expect(errorAt(notTaken, 3)).toMatchObject({ name: 'RefusedError', status: 400, code: 'badRequest' });
    expect(errorAt(notTaken, 3).message).toMatch(
      /^Microsoft Graph \(viva\) refused the record \(400, badRequest, the field title\)$/,
    );
    expect(world.graph.state.contents.size).toBe(11);
    // 12 at first, then the three that may pass, then the one that failed twice.
    expect(world.graph.state.writes).toHaveLength(12 + 3 + 1);
  });

  test.each([
    ['seconds', { retryAfter: { seconds: 20 } }, 20_000],
    ['a date', { retryAfter: { seconds: 20, as: 'date' } }, 20_000],
    ['minutes in the message', { minutes: 1 }, 60_000],
    ['the longer of both', { retryAfter: { seconds: 20 }, minutes: 1 }, 60_000],
    ['503, too', { status: 503, retryAfter: { seconds: 20 } }, 20_000],
  ] as const)('wait as one answer of a batch says: %s', async (_, fault, ms) => {
    world.graph.options.clock = () => world.deps.clock.now();
    world.graph.state.faults.set({ status: 429, path: 'c1', count: 1, ...fault });
    const began = world.deps.clock.now();
    expect(await world.sendCourses(course('c0'), course('c1'), course('c2'))).toEqual(new Map());
    expect(world.deps.clock.now() - began).toBeGreaterThanOrEqual(ms);
    expect(world.deps.clock.now() - began).toBeLessThan(ms + 3_000);
    expect(world.graph.state.writes).toHaveLength(4);
  });

  test('a pause that is too long to wait for: what arrived has arrived, and the rest comes later', async () => {
    world.graph.state.faults.set({ status: 429, path: 'c1', minutes: 10 });
    const notTaken = await world.sendCourses(course('c0'), course('c1'));
    expect([...notTaken.keys()]).toEqual([1]);
    const error = errorAt(notTaken, 1);
    expect(error).toBeInstanceOf(WaitError);
    expect((error as WaitError).until - world.deps.clock.now()).toBe(600_000);
    expect(world.contentOf('c0')).toBeDefined();
  });

  test('a failure that stays is no refusal', async () => {
    world.graph.state.faults.set({ status: 502, path: 'c1' });
    world.mayLandUntil.length = 0;
    const notTaken = await world.sendCourses(course('c0'), course('c1'));
    expect(errorAt(notTaken, 1)).toBeInstanceOf(RetryableError);
    expect(world.mayLandUntil.length).toBeGreaterThan(0);
  });

  test('a token that one answer refuses is renewed once', async () => {
    world.graph.state.faults.set({ status: 401, path: 'c1', count: 1 });
    expect(await world.sendCourses(course('c0'), course('c1'))).toEqual(new Map());
    expect(world.graph.state.tokens.issued).toBe(2);
    world.graph.state.faults.set({ status: 401, path: 'c1' });
    expect(errorAt(await world.sendCourses(course('c0'), course('c1')), 1)).toBeInstanceOf(AuthError);
  });
});

test('a batch that is refused as a whole is refused as one, so that it is halved', async () => {
  world.graph.options.bodyLimit = 300;
  const error = await failure(world.sendCourses(course('c0'), course('c1')));
  expect(error).toBeInstanceOf(RefusedError);
  expect(error.status).toBe(413);
});
