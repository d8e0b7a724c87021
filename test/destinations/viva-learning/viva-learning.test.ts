import { type Graph, startGraph } from '../../../sandbox/graph';
import type { GraphOptions } from '../../../sandbox/graph/options';
import type { Encoded, NotTaken } from '../../../src/lib/destinations/destination';
import type { GivenIds } from '../../../src/lib/destinations/kind';
import { vivaLearning } from '../../../src/lib/destinations/viva-learning';
import type { Course } from '../../../src/lib/domain/course';
import type { Progress } from '../../../src/lib/domain/progress';
import { AuthError, RefusedError, RetryableError, SettingsError, WaitError } from '../../../src/lib/errors';
import { failure, testDeps } from '../../http/client-builder';
import { from } from '../origin';
import { settingsFor } from './settings';

let graph: Graph;
let deps: ReturnType<typeof testDeps> & { readonly givenIds: GivenIds };
let viva: ReturnType<typeof vivaLearning.create>;

async function begin(options: Partial<GraphOptions> = {}): Promise<void> {
  graph = await startGraph(options);
  deps = { ...testDeps(), givenIds: idsInMemory() };
  another();
}
/** Another instance: it shares the ids that are kept, and nothing else. */
const another = () => (viva = vivaLearning.create(settingsFor(graph) as never, deps));
beforeEach(() => begin());
afterEach(() => graph.stop());

function idsInMemory(): GivenIds {
  const ids = new Map<string, string>();
  return {
    read: async (names) => new Map([...ids].filter(([name]) => names.includes(name))),
    write: async (given) => given.forEach((id, name) => ids.set(name, id)),
    forget: async (name) => void ids.delete(name),
  };
}

const courseId = 'course-v1:Acme+O’Hara/"1"+2026';
const course = (id = courseId): Course => ({ id, name: id, url: 'https://lms.example.com/courses/1' });
const result = (email: string, more: Partial<Progress> = {}): Progress => ({
  courseId,
  email,
  status: 'InProgress',
  percent: 0.5,
  ...more,
});
const people = (count: number): string[] =>
  Array.from({ length: count }, (_, n) => `learner${n}@example.com`);
const mayLandUntil: number[] = [];
const delivery = {
  signal: new AbortController().signal,
  idempotencyKey: 'none',
  fence: () => undefined,
  mayLandUntil: (until: number) => void mayLandUntil.push(until),
};

async function send(kind: 'catalog' | 'consumption', encoded: Encoded[]): Promise<NotTaken> {
  const records = encoded.map((one) => (one.ok ? one.json : 'null'));
  const json = Buffer.from(`[${records.join(',')}]`);
  const batch = { kind, sourceSystemId: '', json, count: records.length };
  return (await viva.send(batch, delivery)) ?? new Map();
}
const sendCourses = (...courses: Course[]) =>
  send(
    'catalog',
    courses.map((one) => viva.encodeCourse(one, from)),
  );
const sendResults = (...results: Progress[]) =>
  send(
    'consumption',
    results.map((one) => viva.encodeProgress(one, from)),
  );
const batches = () => graph.server.requests.to('$batch').length;
const activities = () => [...graph.state.activities.values()];
const calls = async (work: () => Promise<NotTaken>): Promise<number> => {
  const before = batches();
  expect(await work()).toEqual(new Map());
  return batches() - before;
};
const errorAt = (notTaken: NotTaken, place: number): Error => {
  const verdict = notTaken.get(place);
  if (!verdict || !('error' in verdict)) throw new Error('it was taken');
  return verdict.error;
};

describe('courses', () => {
  const contentOf = (id: string) => graph.state.contents.get(`openedx:${id}`);

  test('go 20 a call, and are found again by their id, whatever it is made of', async () => {
    const ids = [courseId, ...Array.from({ length: 19 }, (_, n) => `id'${n}/%2F?#&=`)];
    expect(await calls(() => sendCourses(...ids.map(course)))).toBe(1);
    expect([...graph.state.contents.keys()].sort()).toEqual(ids.map((id) => `openedx:${id}`).sort());
    expect(await calls(() => sendCourses(...ids.map((id) => ({ ...course(id), name: 'New' }))))).toBe(1);
    expect(graph.state.contents.size).toBe(20);
    expect(contentOf(courseId)).toMatchObject({ title: 'New', isActive: true });
  });

  test('each answer is judged by itself: what is bad is refused, what passes is tried again alone', async () => {
    graph.state.poisoned.add('c3');
    graph.state.faults.set(
      { status: 429, path: 'c5', count: 1 },
      { status: 503, path: 'c7', count: 2 },
      { status: 500, path: 'c9', count: 1, afterEffect: true },
    );
    const ids = Array.from({ length: 12 }, (_, n) => `c${n}`);
    const notTaken = await sendCourses(...ids.map(course));
    expect([...notTaken.keys()]).toEqual([3]);
    expect(errorAt(notTaken, 3)).toMatchObject({ name: 'RefusedError', status: 400, code: 'badRequest' });
    expect(errorAt(notTaken, 3).message).toMatch(
      /^Microsoft Graph \(viva\) refused the record \(400, badRequest, the field title, request-id [\da-f-]{36}\)$/,
    );
    expect(graph.state.contents.size).toBe(11);
    // 12 at first, then the three that may pass, then the one that failed twice.
    expect(graph.state.writes).toHaveLength(12 + 3 + 1);
  });

  test.each([
    ['seconds', { retryAfter: { seconds: 20 } }, 20_000],
    ['a date', { retryAfter: { seconds: 20, as: 'date' } }, 20_000],
    ['minutes in the message', { minutes: 1 }, 60_000],
    ['the longer of both', { retryAfter: { seconds: 20 }, minutes: 1 }, 60_000],
    ['503, too', { status: 503, retryAfter: { seconds: 20 } }, 20_000],
  ] as const)('wait as one answer of a batch says: %s', async (_, fault, ms) => {
    graph.options.clock = () => deps.clock.now();
    graph.state.faults.set({ status: 429, path: 'c1', count: 1, ...fault });
    const began = deps.clock.now();
    expect(await sendCourses(course('c0'), course('c1'), course('c2'))).toEqual(new Map());
    expect(deps.clock.now() - began).toBeGreaterThanOrEqual(ms);
    expect(deps.clock.now() - began).toBeLessThan(ms + 3_000);
    expect(graph.state.writes).toHaveLength(4);
  });

  test('a pause that is too long to wait for: what arrived has arrived, and the rest comes later', async () => {
    graph.state.faults.set({ status: 429, path: 'c1', minutes: 10 });
    const notTaken = await sendCourses(course('c0'), course('c1'));
    expect([...notTaken.keys()]).toEqual([1]);
    const error = errorAt(notTaken, 1);
    expect(error).toBeInstanceOf(WaitError);
    expect((error as WaitError).until - deps.clock.now()).toBe(600_000);
    expect(contentOf('c0')).toBeDefined();
  });

  test('a failure that stays is no refusal', async () => {
    graph.state.faults.set({ status: 502, path: 'c1' });
    mayLandUntil.length = 0;
    const notTaken = await sendCourses(course('c0'), course('c1'));
    expect(errorAt(notTaken, 1)).toBeInstanceOf(RetryableError);
    expect(mayLandUntil.length).toBeGreaterThan(0);
  });

  test('a token that one answer refuses is renewed once', async () => {
    graph.state.faults.set({ status: 401, path: 'c1', count: 1 });
    expect(await sendCourses(course('c0'), course('c1'))).toEqual(new Map());
    expect(graph.state.tokens.issued).toBe(2);
    graph.state.faults.set({ status: 401, path: 'c1' });
    expect(errorAt(await sendCourses(course('c0'), course('c1')), 1)).toBeInstanceOf(AuthError);
  });
});

describe('results', () => {
  beforeEach(() => sendCourses(course()));

  test('new ones cost three calls for each 20, known ones one, in any instance', async () => {
    const all = people(20).map((email) => result(email));
    expect(await calls(() => sendResults(...all))).toBe(3);
    const further = all.map((one) => ({ ...one, status: 'Passed' as const }));
    expect(await calls(() => sendResults(...further))).toBe(1);
    another();
    expect(await calls(() => sendResults(...all))).toBe(1);
    expect(activities()).toHaveLength(20);
    expect(activities()[0]).toMatchObject({ status: 'inProgress', completedDateTime: null });
  });

  test('say whose they are and of what, and are told by one activity', async () => {
    await sendResults(result('ann@example.com'));
    const [user] = [...graph.state.users.values()];
    expect(activities()).toMatchObject([
      {
        '@odata.type': '#microsoft.graph.learningSelfInitiatedCourse',
        learnerUserId: user?.id,
        learningContentId: graph.state.contents.get(`openedx:${courseId}`)?.id,
        learningProviderId: graph.options.providerId,
        status: 'inProgress',
        completionPercentage: 50,
      },
    ]);
    const completedAt = from.createdAt;
    await sendResults(result('ann@example.com', { status: 'Completed', completedAt }));
    expect(activities()).toMatchObject([
      { status: 'completed', completionPercentage: 100, completedDateTime: completedAt },
    ]);
  });

  test('learners who are nobody there, or have no licence, are skipped with the reason', async () => {
    graph.options.everybodyAt = [];
    const { state } = graph;
    state.addUser('ann@corp.example.com', "o'hara@example.com");
    state.addUser('bob@example.com');
    state.addUser('twin1@corp.example.com', 'twin@example.com');
    state.addUser('twin2@corp.example.com', 'twin@example.com');
    state.addUser('guest#EXT#@corp.example.com', 'named@example.com');
    state.addUser('named@example.com', null);
    state.unlicensed.add(state.addUser('carl@example.com').id);
    const emails = ["o'hara", 'bob', 'twin', 'named', 'carl', 'nobody'].map((name) => `${name}@example.com`);
    const notTaken = await sendResults(...emails.map((email) => result(email)));
    expect(Object.fromEntries(notTaken)).toEqual({
      2: { skipped: 'several users of the directory have this address' },
      4: { skipped: 'the learner has no licence for Viva Learning' },
      5: { skipped: 'the directory has no user with this address' },
    });
    const told = activities().map(
      ({ learnerUserId }) => state.users.get(String(learnerUserId))?.userPrincipalName,
    );
    expect(told.sort()).toEqual(['ann@corp.example.com', 'bob@example.com', 'named@example.com']);
  });

  test('a learner is remembered for a day, and that nobody has an address for an hour', async () => {
    graph.options.everybodyAt = [];
    graph.state.addUser('ann@example.com');
    graph.options.tokenSeconds = 1_000_000;
    const lookups = (name: string) => graph.state.lookups.get(`${name}@example.com`);
    const both = async (n: number) => {
      await sendCourses(course(`c${n}`));
      await sendResults(
        ...['ann', 'new'].map((name) => result(`${name}@example.com`, { courseId: `c${n}` })),
      );
    };
    const never = new AbortController().signal;
    await both(0);
    const [ann = 0, newcomer = 0] = [lookups('ann'), lookups('new')];
    await both(1);
    expect([lookups('ann'), lookups('new')]).toEqual([ann, newcomer]);
    graph.state.addUser('new@example.com');
    await deps.clock.sleep(3_601_000, never);
    await both(2);
    expect([lookups('ann'), lookups('new')]).toEqual([ann, newcomer * 2]);
    await deps.clock.sleep(24 * 3_600_000, never);
    await both(3);
    expect(lookups('ann')).toBe(ann * 2);
    expect(activities()).toHaveLength(4 + 2);
  });

  test('of a course that is not there are refused, and arrive once it is', async () => {
    const one = result('ann@example.com', { courseId: 'later' });
    const notTaken = await sendResults(one, result('bob@example.com'));
    expect(errorAt(notTaken, 0)).toMatchObject({ name: 'RefusedError', status: 404 });
    expect(errorAt(notTaken, 0).message).toContain('sync the catalog, then replay the quarantine');
    await sendCourses(course('later'));
    expect(await sendResults(one)).toEqual(new Map());
    expect(activities()).toHaveLength(2);
  });

  test('the course is found by its external id when its own is not kept', async () => {
    deps = { ...deps, givenIds: idsInMemory() };
    another();
    expect(await calls(() => sendResults(result('ann@example.com')))).toBe(3);
    expect(activities()).toHaveLength(1);
  });

  test('an activity that someone took away is made anew, and a content that was made anew is found', async () => {
    const ann = result('ann@example.com');
    await sendResults(ann);
    graph.state.activities.clear();
    expect(await sendResults(ann)).toEqual(new Map());
    expect(activities()).toHaveLength(1);
    graph.state.contents.clear();
    another();
    await send('catalog', [viva.encodeCourse(course(), from)]);
    // Made anew by another program: what is kept is old.
    const content = graph.state.contents.get(`openedx:${courseId}`);
    graph.state.contents.set(`openedx:${courseId}`, { ...content, id: 'made-anew' });
    expect(await sendResults(result('bob@example.com'))).toEqual(new Map());
    expect(activities().at(-1)).toMatchObject({ learningContentId: 'made-anew' });
  });

  test('one that was created and whose answer is lost is not created twice', async () => {
    const all = people(3).map((email) => result(email));
    // The learners, the activities, and then the creation.
    graph.server.faults.set({
      rate: 1,
      kinds: ['500'],
      paths: ['$batch'],
      skip: 2,
      count: 1,
      afterEffect: true,
    });
    await expect(sendResults(...all)).rejects.toThrow(RetryableError);
    expect(activities()).toHaveLength(3);
    expect(await sendResults(...all)).toEqual(new Map());
    expect(activities()).toHaveLength(3);
  });

  test('the same for one answer of a batch', async () => {
    graph.state.faults.set({ status: 500, method: 'POST', count: 1, afterEffect: true });
    const all = people(3).map((email) => result(email));
    const notTaken = await sendResults(...all);
    expect([...notTaken.values()].map((one) => ('error' in one ? one.error.name : 'skipped'))).toEqual([
      'RetryableError',
    ]);
    expect(activities()).toHaveLength(3);
    expect(await sendResults(...all)).toEqual(new Map());
    expect(activities()).toHaveLength(3);
  });

  test('what Graph says of an address reaches no error', async () => {
    const said = "Resource 'ann@example.com' does not exist; Input Field ann@example.com is invalid";
    for (const status of [400, 403, 404, 409, 429, 500]) {
      graph.state.faults.set({ status, message: said });
      const error = await sendResults(result('ann@example.com')).then(
        (notTaken) => errorAt(notTaken, 0),
        (thrown: unknown) => thrown as Error,
      );
      expect(`${error.message} ${JSON.stringify(error)}`).not.toMatch(/example\.com|ann/);
    }
  });
});

describe('what is set up wrong concerns every record, and is named', () => {
  test.each([
    ['LearningContent.ReadWrite.All', 'catalog'],
    ['LearningSelfInitiatedCourse.ReadWrite.All', 'consumption'],
    ['User.ReadBasic.All', 'consumption'],
  ] as const)('the permission %s', async (permission, kind) => {
    await sendCourses(course());
    graph.options.permissions = graph.options.permissions.filter((one) => one !== permission);
    const notTaken =
      kind === 'catalog' ? await sendCourses(course()) : await sendResults(result('ann@example.com'));
    expect(errorAt(notTaken, 0)).toBeInstanceOf(AuthError);
    expect(errorAt(notTaken, 0).message).toContain(permission);
    expect(await wrongIn()).toEqual([expect.stringContaining(permission)]);
  });

  test('the provider', async () => {
    graph.options.providerId = 'another';
    const error = errorAt(await sendCourses(course()), 0);
    expect(error).toBeInstanceOf(SettingsError);
    expect(error.message).toMatch(
      /^DEST__viva__providerId names no provider that is registered in this tenant/,
    );
    expect(await wrongIn()).toHaveLength(2);
  });

  test('a provider that takes no activities', async () => {
    await sendCourses(course());
    graph.options.activitySync = false;
    const error = errorAt(await sendResults(result('ann@example.com')), 0);
    expect(error).toBeInstanceOf(SettingsError);
    expect(error.message).toContain('isCourseActivitySyncEnabled');
  });

  test('the secret', async () => {
    graph.state.tokens.client.clientSecret = 'another';
    expect(await failure(sendCourses(course()))).toBeInstanceOf(AuthError);
    const wrong = await wrongIn();
    expect(wrong[0]).toContain('DEST__viva__clientSecret');
    expect(wrong).toHaveLength(4);
  });

  /** What `check` finds. It writes nothing. */
  async function wrongIn(): Promise<string[]> {
    const writes = graph.state.writes.length;
    const wrong: string[] = [];
    for (const { run } of vivaLearning.checks(settingsFor(graph) as never, testDeps()))
      await run(new AbortController().signal).catch((error: Error) => wrong.push(error.message));
    expect(graph.state.writes).toHaveLength(writes);
    return wrong;
  }
});

test('a batch that is refused as a whole is refused as one, so that it is halved', async () => {
  graph.options.bodyLimit = 300;
  const error = await failure(sendCourses(course('c0'), course('c1')));
  expect(error).toBeInstanceOf(RefusedError);
  expect(error.status).toBe(413);
});
