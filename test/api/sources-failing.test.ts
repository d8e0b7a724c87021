import { askSource } from '../../src/lib/api/sources/ask-source';
import { listEntities } from '../../src/lib/api/sources/directory';
import { type Bridge, startBridge } from '../setup/bridge';
import { course as askCourse, courses, entities, learners, progress, read, toAllVendors } from './asked';

let bridge: Bridge;
beforeAll(async () => {
  bridge = await toAllVendors();
});
afterAll(() => bridge.stop());
afterEach(() => {
  for (const { server } of [bridge.sandbox.openEdx, bridge.sandbox.tBook!]) server.faults.set();
});

describe('what goes wrong', () => {
  test('an unknown source is 404', async () => {
    for (const answer of [
      await courses(bridge.app, 'nobody')({}),
      await askCourse(bridge.app, 'nobody', '1'),
      await learners(bridge.app, 'nobody')({}),
      await entities(bridge.app, 'nobody')({}),
      await progress(bridge.app, 'nobody', { courseId: '1' }),
    ])
      expect(answer.status).toBe(404);
  });

  test('wrong settings are 500, each named', async () => {
    const app = bridge.another(
      {},
      {
        LMS_SOURCES: `${bridge.env.LMS_SOURCES},broken`,
        LMS__broken__kind: 'khalibre',
        LMS__broken__sourceSystemId: '9',
      },
    );
    const answer = await courses(app, 'broken')({});
    expect([answer.status, read(answer).errors?.map(({ setting }) => setting)]).toEqual([
      500,
      expect.arrayContaining(['LMS__broken__baseUrl']) as unknown,
    ]);
  });

  test('an unusable answer is 502, as is one that is refused; a list that is not there names the setting', async () => {
    const { faults } = bridge.sandbox.tBook!.server;
    faults.set({ rate: 1, kinds: ['login-page'], paths: ['/getEntities'] });
    expect((await entities(bridge.app, 'tbook')({})).status).toBe(502);
    const lost = bridge.another({}, { LMS__tbook__baseUrl: `${bridge.sandbox.tBook!.url}/elsewhere` });
    const answer = await listEntities(lost, 'tbook', {});
    expect([answer.status, read(answer).detail]).toEqual([
      502,
      expect.stringContaining('LMS__tbook__baseUrl') as unknown,
    ]);
    const wrong = bridge.another({}, { LMS__tbook__clientSecret: 'wrong' });
    expect((await listEntities(wrong, 'tbook', {})).status).toBe(502);
  });

  test('a vendor that cannot be reached is 503', async () => {
    const app = bridge.another({}, { LMS__khalibre__baseUrl: 'http://127.0.0.1:9' });
    const answer = await courses(app, 'khalibre')({});
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '30']);
  });

  test('a vendor that does not answer in time is 504', async () => {
    const { faults } = bridge.sandbox.openEdx.server;
    faults.set({ rate: 1, kinds: ['hang-before'], paths: ['/api/courses/'] });
    const answer = await askSource(
      { app: bridge.app, id: 'openedx', deadline: 300 },
      async (source, call) => {
        await source.catalog!.page(undefined, call);
        throw new Error('It answered');
      },
    );
    expect([answer.status, read(answer).detail]).toEqual([
      504,
      'The source openedx gave no full answer within 0.3 s; try again later, or ask for fewer with limit',
    ]);
  });

  test('a pause that the vendor asks for is 503, with as many seconds', async () => {
    const other = await startBridge({ sandbox: { tBook: { learners: 3 } } });
    other.sandbox.tBook!.server.faults.set({
      rate: 1,
      kinds: ['429-seconds'],
      retryAfterSeconds: 300,
      paths: ['/getEntities'],
    });
    const answer = await listEntities(other.app, 'tbook', {});
    await other.stop();
    expect(answer.status).toBe(503);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(290);
    expect(Number(answer.headers['retry-after'])).toBeLessThanOrEqual(301);
  });
});
