import { RetryableError } from '../../../src/lib/errors';
import { from } from '../origin';
import { course, courseId, errorAt, idsInMemory, people, result, World } from './world';

let world: World;
beforeEach(async () => (world = await World.start()));
afterEach(() => world.stop());

describe('results', () => {
  beforeEach(() => world.sendCourses(course()));

  test('new ones cost three calls for each 20, known ones one, in any instance', async () => {
    const all = people(20).map((email) => result(email));
    expect(await world.calls(() => world.sendResults(...all))).toBe(3);
    const further = all.map((one) => ({ ...one, status: 'Passed' as const }));
    expect(await world.calls(() => world.sendResults(...further))).toBe(1);
    world.another();
    expect(await world.calls(() => world.sendResults(...all))).toBe(1);
    expect(world.activities()).toHaveLength(20);
    expect(world.activities()[0]).toMatchObject({ status: 'inProgress', completedDateTime: null });
  });

  test('say whose they are and of what, and are told by one activity', async () => {
    await world.sendResults(result('ann@example.com'));
    const [user] = [...world.graph.state.users.values()];
    expect(world.activities()).toMatchObject([
      {
        '@odata.type': '#microsoft.graph.learningSelfInitiatedCourse',
        learnerUserId: user?.id,
        learningContentId: world.graph.state.contents.get(`openedx:${courseId}`)?.id,
        learningProviderId: world.graph.options.providerId,
        status: 'inProgress',
        completionPercentage: 50,
      },
    ]);
    const completedAt = from.createdAt;
    await world.sendResults(result('ann@example.com', { status: 'Completed', completedAt }));
    expect(world.activities()).toMatchObject([
      { status: 'completed', completionPercentage: 100, completedDateTime: completedAt },
    ]);
  });

  test('learners who are nobody there, or have no licence, are skipped with the reason', async () => {
    world.graph.options.everybodyAt = [];
    const { state } = world.graph;
    state.addUser('ann@corp.example.com', "o'hara@example.com");
    state.addUser('bob@example.com');
    state.addUser('twin1@corp.example.com', 'twin@example.com');
    state.addUser('twin2@corp.example.com', 'twin@example.com');
    state.addUser('guest#EXT#@corp.example.com', 'named@example.com');
    state.addUser('named@example.com', null);
    state.unlicensed.add(state.addUser('carl@example.com').id);
    const emails = ["o'hara", 'bob', 'twin', 'named', 'carl', 'nobody'].map((name) => `${name}@example.com`);
    const notTaken = await world.sendResults(...emails.map((email) => result(email)));
    expect(Object.fromEntries(notTaken)).toEqual({
      2: { skipped: 'several users of the directory have this address' },
      4: { skipped: 'the learner has no licence for Viva Learning' },
      5: { skipped: 'the directory has no user with this address' },
    });
    const told = world
      .activities()
      .map(({ learnerUserId }) => state.users.get(String(learnerUserId))?.userPrincipalName);
    expect(told.sort()).toEqual(['ann@corp.example.com', 'bob@example.com', 'named@example.com']);
  });

  test('a learner is remembered for a day, and that nobody has an address for an hour', async () => {
    world.graph.options.everybodyAt = [];
    world.graph.state.addUser('ann@example.com');
    world.graph.options.tokenSeconds = 1_000_000;
    const lookups = (name: string) => world.graph.state.lookups.get(`${name}@example.com`);
    const both = async (n: number) => {
      await world.sendCourses(course(`c${n}`));
      await world.sendResults(
        ...['ann', 'new'].map((name) => result(`${name}@example.com`, { courseId: `c${n}` })),
      );
    };
    const never = new AbortController().signal;
    await both(0);
    const [ann = 0, newcomer = 0] = [lookups('ann'), lookups('new')];
    await both(1);
    expect([lookups('ann'), lookups('new')]).toEqual([ann, newcomer]);
    world.graph.state.addUser('new@example.com');
    await world.deps.clock.sleep(3_601_000, never);
    await both(2);
    expect([lookups('ann'), lookups('new')]).toEqual([ann, newcomer * 2]);
    await world.deps.clock.sleep(24 * 3_600_000, never);
    await both(3);
    expect(lookups('ann')).toBe(ann * 2);
    expect(world.activities()).toHaveLength(4 + 2);
  });

  test('of a course that is not there are refused, and arrive once it is', async () => {
    const one = result('ann@example.com', { courseId: 'later' });
    const notTaken = await world.sendResults(one, result('bob@example.com'));
    expect(errorAt(notTaken, 0)).toMatchObject({ name: 'NotThereYetError', status: 404 });
    expect(errorAt(notTaken, 0).message).toContain('sync the catalog, then replay the quarantine');
    await world.sendCourses(course('later'));
    expect(await world.sendResults(one)).toEqual(new Map());
    expect(world.activities()).toHaveLength(2);
  });

  test('the course is found by its external id when its own is not kept', async () => {
    world.another(idsInMemory());
    expect(await world.calls(() => world.sendResults(result('ann@example.com')))).toBe(3);
    expect(world.activities()).toHaveLength(1);
  });

  test('an activity that someone took away is made anew, and a content that was made anew is found', async () => {
    const ann = result('ann@example.com');
    await world.sendResults(ann);
    world.graph.state.activities.clear();
    expect(await world.sendResults(ann)).toEqual(new Map());
    expect(world.activities()).toHaveLength(1);
    world.graph.state.contents.clear();
    world.another();
    await world.sendCourses(course());
    // Made anew by another program: what is kept is old.
    const content = world.graph.state.contents.get(`openedx:${courseId}`);
    world.graph.state.contents.set(`openedx:${courseId}`, { ...content, id: 'made-anew' });
    expect(await world.sendResults(result('bob@example.com'))).toEqual(new Map());
    expect(world.activities().at(-1)).toMatchObject({ learningContentId: 'made-anew' });
  });

  test('one that was created and whose answer is lost is not created twice', async () => {
    const all = people(3).map((email) => result(email));
    // The learners, the activities, and then the creation.
    world.graph.server.faults.set({
      rate: 1,
      kinds: ['500'],
      paths: ['$batch'],
      skip: 2,
      count: 1,
      afterEffect: true,
    });
    await expect(world.sendResults(...all)).rejects.toThrow(RetryableError);
    expect(world.activities()).toHaveLength(3);
    expect(await world.sendResults(...all)).toEqual(new Map());
    expect(world.activities()).toHaveLength(3);
  });

  test('the same for one answer of a batch', async () => {
    world.graph.state.faults.set({ status: 500, method: 'POST', count: 1, afterEffect: true });
    const all = people(3).map((email) => result(email));
    const notTaken = await world.sendResults(...all);
    expect([...notTaken.values()].map((one) => ('error' in one ? one.error.name : 'skipped'))).toEqual([
      'RetryableError',
    ]);
    expect(world.activities()).toHaveLength(3);
    expect(await world.sendResults(...all)).toEqual(new Map());
    expect(world.activities()).toHaveLength(3);
  });

  test('what Graph says of an address reaches no error', async () => {
    const said = "Resource 'ann@example.com' does not exist; Input Field ann@example.com is invalid";
    for (const status of [400, 403, 404, 409, 429, 500]) {
      world.graph.state.faults.set({ status, message: said });
      const error = await world.sendResults(result('ann@example.com')).then(
        (notTaken) => errorAt(notTaken, 0),
        (thrown: unknown) => thrown as Error,
      );
      expect(`${error.message} ${JSON.stringify(error)}`).not.toMatch(/example\.com|ann/);
    }
  });
});
