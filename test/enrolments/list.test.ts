import type { Answer } from '../../src/lib/api/answer';
import { listBatches } from '../../src/lib/api/enrolment-list';
import { batchesQuery } from '../../src/lib/api/requests';
import { readStatusModel } from '../../src/lib/api/status/model';
import { livePart } from '../../src/lib/api/status/page';
import { described } from '../api/described';
import { type Bridge, startBridge } from '../setup/bridge';
import { sendBatch, workMessages } from './batches';

let bridge: Bridge;
let now = Date.parse('2026-03-02T10:00:00Z');
const ids: string[] = [];
beforeAll(async () => {
  bridge = await startBridge({
    sandbox: { khalibre: { courses: 4, learners: 4 } },
    overrides: { now: () => now },
  });
  bridge.sandbox.khalibre?.state.putCourse({ id: 5000, title: 'One', end: null, communities: [57] });
  for (const courses of [['5000', '5000', '4999'], ['5000'], ['5000']]) {
    if (ids.length === 1) await workMessages(bridge.app);
    now += 60_000;
    const rows = courses.map((courseId, i) => ({
      source: 'khalibre',
      courseId,
      learner: { email: `listed.${ids.length}.${i}@example.com` },
    }));
    ids.unshift(await sendBatch(bridge.app, rows));
  }
}, 60_000);
afterAll(() => bridge.stop());

interface Listed {
  readonly enrolments: { batchId: string; state: string; counts: object; createdAt: string; url: string }[];
  readonly next?: string;
}

async function list(query: Record<string, string> = {}): Promise<Listed> {
  const answer: Answer = await listBatches(bridge.app, batchesQuery.parse(query), 'https://example.com/api');
  return JSON.parse(described('get', '/enrolments', answer).body ?? '') as Listed;
}

test('batches are listed newest first, with how far each is, and name nobody', async () => {
  const listed = await list();
  expect(listed.enrolments.map(({ batchId }) => batchId)).toEqual(ids);
  expect(listed.enrolments.at(-1)).toEqual({
    batchId: ids[2],
    action: 'enrol',
    state: 'done',
    createdAt: '2026-03-02T10:01:00Z',
    counts: { total: 3, done: 2, failed: 1, pending: 0 },
    url: `https://example.com/api/enrolments/${ids[2]}`,
  });
  expect(listed.enrolments[0]).toMatchObject({ state: 'running', counts: { total: 1, pending: 1 } });
  expect(JSON.stringify(listed)).not.toContain('@');
});

test('pages lead through all of them, each once; a state picks its own', async () => {
  const seen: string[] = [];
  for (let next: string | undefined = ''; next !== undefined;) {
    const page = await list({ limit: '1', ...(next && { next }) });
    expect(page.enrolments).toHaveLength(1);
    seen.push(...page.enrolments.map(({ batchId }) => batchId));
    ({ next } = page);
  }
  expect(seen).toEqual(ids);
  expect((await list({ state: 'done' })).enrolments.map(({ batchId }) => batchId)).toEqual([ids[2]]);
  expect((await list({ state: 'running' })).enrolments).toHaveLength(2);
  expect(batchesQuery.safeParse({ next: 'made up' }).success).toBe(false);
});

test('the status page lists the newest', async () => {
  const page = livePart(await readStatusModel(bridge.app)).text;
  for (const id of ids) expect(page).toContain(`href="./enrolments/${id}"`);
  expect(page).toMatch(/done, some failed/);
});
