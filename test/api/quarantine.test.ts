import { type Answer } from '../../src/lib/api/answer';
import { listQuarantine, replayQuarantine } from '../../src/lib/api/quarantine';
import { parseQuery } from '../../src/lib/api/parse';
import { quarantineQuery, replayRequest } from '../../src/lib/api/requests';
import { utc } from '../../src/lib/domain/time';
import { quarantineId } from '../../src/lib/store/quarantine-rows';
import { type Bridge, startBridge } from '../setup/bridge';
import { described } from './described';

let bridge: Bridge;
beforeAll(async () => {
  bridge = await startBridge({ sandbox: { khalibre: {} } });
  const noCourse = "The row's course isn't there";
  await Promise.all([
    put('openedx', '1', 'first', noCourse),
    put('openedx', '2', 'second', noCourse),
    put('openedx', '3', 'second', 'The destination refused it'),
    put('khalibre', '4', 'third', noCourse),
  ]);
});
afterAll(() => bridge.stop());

function put(source: string, key: string, runId: string, reason: string): Promise<void> {
  const feed = { source, kind: 'consumption', destination: 'ld' } as const;
  const at = utc(bridge.app.engine.now());
  return bridge.app.engine.quarantine.put({
    id: quarantineId(feed, key, {}),
    feed,
    runId,
    reason,
    at,
    status: undefined,
    courseId: undefined,
    raw: { key },
  });
}

const bodyOf = (answer: Answer): { records: { runId: string }[]; replayed: number; runs: object[] } =>
  JSON.parse(answer.body ?? '') as never;

async function list(query: Record<string, string>): Promise<number> {
  const asked = parseQuery(quarantineQuery, new URLSearchParams(query));
  if (!asked.ok) throw new Error(asked.answer.body);
  const answer = described('get', '/quarantine', await listQuarantine(bridge.app, asked.value));
  return bodyOf(answer).records.length;
}

test('is listed by run, by reason, and by both', async () => {
  expect(await list({ runId: 'second' })).toBe(2);
  expect(await list({ reason: "The row's course isn't there" })).toBe(3);
  expect(await list({ runId: 'second', reason: "The row's course isn't there" })).toBe(1);
  expect(await list({ runId: 'none' })).toBe(0);
});

test.each([
  [{ runId: 'second' }, 2, 1],
  [{ reason: "The row's course isn't there" }, 3, 2],
  [{ source: 'khalibre' }, 1, 1],
  [{ source: 'khalibre', reason: 'The destination refused it' }, 0, 0],
])('is tried again where %j lets it through: %d records by %d runs', async (asked, records, runs) => {
  const answer = await replayQuarantine(
    bridge.app,
    replayRequest.parse(asked),
    'https://bridge.example.com/api',
  );
  const told = bodyOf(described('post', '/quarantine/replay', answer));
  expect([told.replayed, told.runs.length]).toEqual([records, runs]);
});
