import { vivaLearning } from '../../../src/lib/destinations/viva-learning';
import { AuthError, SettingsError } from '../../../src/lib/errors';
import { failure, testDeps } from '../../http/client-builder';
import { settingsFor } from './settings';
import { course, errorAt, result, World } from './world';

let world: World;
beforeEach(async () => (world = await World.start()));
afterEach(() => world.stop());

describe('what is set up wrong concerns every record, and is named', () => {
  test.each([
    ['LearningContent.ReadWrite.All', 'catalog'],
    ['LearningSelfInitiatedCourse.ReadWrite.All', 'consumption'],
    ['User.ReadBasic.All', 'consumption'],
  ] as const)('the permission %s', async (permission, kind) => {
    await world.sendCourses(course());
    world.graph.options.permissions = world.graph.options.permissions.filter((one) => one !== permission);
    const notTaken =
      kind === 'catalog'
        ? await world.sendCourses(course())
        : await world.sendResults(result('ann@example.com'));
    expect(errorAt(notTaken, 0)).toBeInstanceOf(AuthError);
    expect(errorAt(notTaken, 0).message).toContain(permission);
    expect(await wrongIn()).toEqual([expect.stringContaining(permission)]);
  });

  test('the provider', async () => {
    world.graph.options.providerId = 'another';
    const error = errorAt(await world.sendCourses(course()), 0);
    expect(error).toBeInstanceOf(SettingsError);
    expect(error.message).toMatch(
      /^DEST__viva__providerId names no provider that is registered in this tenant/,
    );
    expect(await wrongIn()).toHaveLength(2);
  });

  test('a provider that takes no activities', async () => {
    await world.sendCourses(course());
    world.graph.options.activitySync = false;
    const error = errorAt(await world.sendResults(result('ann@example.com')), 0);
    expect(error).toBeInstanceOf(SettingsError);
    expect(error.message).toContain('isCourseActivitySyncEnabled');
  });

  test('the secret', async () => {
    world.graph.state.tokens.client.clientSecret = 'another';
    expect(await failure(world.sendCourses(course()))).toBeInstanceOf(AuthError);
    const wrong = await wrongIn();
    expect(wrong[0]).toContain('DEST__viva__clientSecret');
    expect(wrong).toHaveLength(4);
  });

  /** What `check` finds. It writes nothing. */
  async function wrongIn(): Promise<string[]> {
    const writes = world.graph.state.writes.length;
    const wrong: string[] = [];
    for (const { run } of vivaLearning.checks(settingsFor(world.graph) as never, testDeps()))
      await run(new AbortController().signal).catch((error: Error) => wrong.push(error.message));
    expect(world.graph.state.writes).toHaveLength(writes);
    return wrong;
  }
});
