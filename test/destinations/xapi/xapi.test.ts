import validate from '@learninglocker/xapi-validation';
import { type Lrs, startLrs } from '../../../sandbox/lrs';
import { xapi } from '../../../src/lib/destinations/xapi';
import type { XapiSettings } from '../../../src/lib/destinations/xapi/settings';
import { resultStatuses, type LearnerResult } from '../../../src/lib/domain/learner-result';
import { testDeps, testSecret } from '../../http/client-builder';
import { at, from as to } from '../origin';

const settings = (more: Partial<XapiSettings> = {}): XapiSettings => ({
  id: 'lrs',
  prefix: 'DEST__lrs__',
  baseUrl: 'https://lrs.example.com/xapi',
  key: testSecret('key', 'DEST__lrs__key'),
  secret: testSecret('lrs-secret', 'DEST__lrs__secret'),
  version: '1.0.3',
  actor: 'mbox',
  accountHomePage: 'https://login.example.com',
  platform: undefined,
  learnerDomains: [],
  batchSize: 100,
  concurrency: 2,
  ...more,
});
const progress: LearnerResult = {
  courseId: 'course-v1:a+b+c',
  email: 'Ann@example.com',
  status: 'InProgress',
  percent: 0.5,
};

function statements(record: LearnerResult, more: Partial<XapiSettings> = {}, origin = to) {
  const encoded = xapi.create(settings(more), testDeps()).encodeProgress(record, origin);
  if (!encoded.ok) throw new Error(encoded.skipped);
  return [JSON.parse(encoded.json)].flat() as { id: string; verb: { display: Record<string, string> } }[];
}
const verbs = (record: LearnerResult) => statements(record).map(({ verb }) => verb.display['en-US']);

test.each(['mbox', 'mbox_sha1sum', 'account'] as const)('every statement is valid xAPI: %s', (actor) => {
  for (const status of resultStatuses)
    for (const statement of statements({ ...progress, status, grade: '85' }, { actor }))
      expect(validate(statement)).toEqual([]);
});

test('the validator finds what is wrong', () => {
  const [statement] = statements(progress);
  expect(validate({ ...statement, id: 'no uuid' })).not.toEqual([]);
});

test('each status has its verbs', () => {
  const told = resultStatuses.map((status) => verbs({ ...progress, status }));
  expect(told).toEqual([
    ['registered'],
    ['initialized', 'progressed'],
    ['completed'],
    ['passed'],
    ['failed'],
  ]);
  expect(verbs({ ...progress, percent: undefined } as never)).toEqual(['initialized']);
});

test('ids are the same in every run, and others when something else is said', () => {
  const ids = (record: LearnerResult, origin = to) => statements(record, {}, origin).map(({ id }) => id);
  const later = { ...to, createdAt: at('2027-01-01T00:00:00Z') };
  expect(ids(progress, later)).toEqual(ids(progress));
  const [began, progressed] = ids(progress);
  const [beganToo, further] = ids({ ...progress, percent: 0.6 });
  expect(beganToo).toBe(began);
  expect(further).not.toBe(progressed);
});

test.each([
  [{ status: 'Passed', grade: '85', percent: 0.4 }, { scaled: 0.85 }],
  [{ status: 'Passed', grade: 'B', percent: 0.8 }, { scaled: 0.8 }],
  [{ status: 'Passed', percent: 1 }, undefined],
  [{ status: 'Completed', grade: 'B', percent: 0.8 }, undefined],
  [{ status: 'Failed', grade: '12' }, { scaled: 0.12 }],
] as const)('%j has the score %j', (record, score) => {
  const [first] = statements({ ...progress, percent: undefined, ...record });
  expect((first as { result?: { score?: unknown } }).result?.score).toEqual(score);
});

test('without the address, a learner is named by its hash alone', () => {
  const text = JSON.stringify(statements(progress, { actor: 'mbox_sha1sum' }));
  expect(text).not.toContain('@example.com');
});

describe('at an LRS that answers 409 to whatever is there already', () => {
  let lrs: Lrs;
  beforeEach(async () => (lrs = await startLrs({ refusesRepeats: true })));
  afterEach(() => lrs.stop());

  test('what has arrived has arrived, and what is new in a batch arrives', async () => {
    const { key, secret } = lrs.options;
    const made = settings({
      baseUrl: lrs.url,
      key: testSecret(key, 'key'),
      secret: testSecret(secret, 'secret'),
    });
    const { send } = xapi.create(made, testDeps());
    const delivery = {
      signal: new AbortController().signal,
      idempotencyKey: 'none',
      fence: () => undefined,
      mayLandUntil: () => undefined,
    };
    const batch = (record: LearnerResult) => ({
      kind: 'consumption' as const,
      sourceSystemId: '',
      json: Buffer.from(JSON.stringify([statements(record)])),
      count: 1,
    });
    await send(batch(progress), delivery);
    await send(batch(progress), delivery);
    expect(lrs.state.statements.size).toBe(2);
    await send(batch({ ...progress, percent: 0.75 }), delivery);
    expect(lrs.state.statements.size).toBe(3);
  });
});
