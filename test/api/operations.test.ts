import type { AnySchema } from 'ajv/dist/2020';
import type { z } from 'zod';
import { operations } from '../../src/lib/api/operations';
import { troubleOperations } from '../../src/lib/api/operations/trouble';
import { type Operation, registration } from '../../src/lib/api/operations/operation';
import { problemSchema } from '../../src/lib/api/schemas';
import { GateRow } from '../../src/lib/store/gate-row';
import { faultsBy } from './described';
import { type Served, serve } from './served';

// The built app over HTTP: what it answers is held against what is described.
let served: Served;
let runId = '';
let batchId = '';

/** By the document that is served. */
let faults: ReturnType<typeof faultsBy>;

beforeAll(async () => {
  served = await serve({
    sandbox: { khalibre: { courses: 4, learners: 6 }, academy: { courses: 4 }, tBook: { learners: 6 } },
  });
  faults = faultsBy((await (await fetch(`${served.url}/openapi.json`)).json()) as AnySchema);
  const { bridge } = served;
  bridge.sandbox.openEdx.state.grade({
    email: 'no.course@example.com',
    courseId: null as never,
    modified: Date.parse('2020-01-01T00:00:00Z'),
  });
  runId = (await bridge.sync('catalog')).runId;
  await bridge.sync('consumption');
  await bridge.sync('consumption', { dryRun: true, mode: 'full' });
  await call('post', '/webhooks/khalibre', { type: 'course.updated', courseId: '1' });
  const many = [real({ source: 'khalibre', courseId: '1', learner: { email: 'many@example.com' } })];
  batchId = ((await (await call('post', '/enrolments', many)).json()) as { batchId: string }).batchId;
}, 60_000);
afterAll(() => served.stop());

const call = (method: string, path: string, body?: unknown): Promise<Response> =>
  fetch(served.url + path, {
    method: method.toUpperCase(),
    ...(body !== undefined && {
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    }),
  });

const exampleOf = (type: unknown): unknown =>
  ((type as z.ZodType).meta()?.examples as unknown[] | undefined)?.[0];

/** The path of the examples, of a run and a course that are there. */
const filled = ({ path, parts }: Operation): string =>
  path
    .replace('{runId}', runId)
    .replace('{batchId}', batchId)
    .replace('/courses/{id}', `/courses/${course()}`)
    .replace(/\{(\w+)\}/g, (_, name: string) => String(exampleOf(parts?.shape[name])));

const faultsOf = ({ path, method }: Operation, status: number, type: string, content: unknown): unknown[] =>
  faults(method, path, { status, type, content });

/** As if the system had asked for an hour. */
async function pause(name: string): Promise<void> {
  const row = new GateRow(served.bridge.app.storage, name);
  const { state, etag } = await row.read();
  await row.write({ ...state, pausedUntil: Date.now() + 3_600_000 }, etag);
}

function course(): string {
  const courses = served.bridge.sandbox.khalibre?.state.courses.values() ?? [];
  const [one] = [...courses].filter(({ communities, visible }) => visible && communities.length === 1);
  return String(one?.id);
}

function academyCourse(): string {
  const [id] = served.bridge.sandbox.academy?.state.courses.keys() ?? [];
  return String(id);
}

/** An example, of a course and a learner that are there. */
function real(example: unknown): unknown {
  if (typeof example !== 'object' || example === null) return example;
  if (Array.isArray(example)) return example.map(real);
  const [learner] = served.bridge.sandbox.tBook?.state.learners.values() ?? [];
  const { courseId, source, learner: whom } = example as Record<string, unknown>;
  return {
    ...example,
    ...(courseId !== undefined && { courseId: source === 'academyofmine' ? academyCourse() : course() }),
    ...(source === 'tbook' && { learner: { ...(whom as object), email: learner?.login } }),
  };
}

test('every operation is served by a function, and no function serves anything else', () => {
  const wanted = operations.map(([, operation]) => {
    const { methods } = registration(operation);
    return `[${methods.join(',')}] ${operation.path}`;
  });
  const listed = [...served.output().matchAll(/^ +\w+: (\[[A-Z,]+\]) http:\/\/[^/]+\/api(\/\S+)$/gm)];
  expect(listed.map(([, methods, path]) => `${methods} ${path}`).sort()).toEqual(wanted.sort());
});

describe('every documented operation answers as it is described', () => {
  test.each(operations)('%s', async (operationId, operation) => {
    const bodies = operation.body ? Object.values(operation.body.examples).map(real) : [undefined];
    if (operationId === 'endPause') await pause('openedx');
    for (const body of bodies) {
      const answer = await call(operation.method, filled(operation), body);
      const described = operation.answers[answer.status];
      if (!described) throw new Error(`${answer.status} is not described: ${await answer.text()}`);
      const type = described.type ?? 'application/json';
      expect(answer.headers.get('content-type')).toMatch(new RegExp(`^${type}`));
      const content = type === 'text/html' ? await answer.text() : ((await answer.json()) as unknown);
      // Fields that are not described would be taken out here.
      expect(described.schema.parse(content)).toEqual(content);
      if (type !== 'text/html') expect(faultsOf(operation, answer.status, type, content)).toEqual([]);
    }
  });

  const otherTypes = operations.flatMap(([operationId, { path, body, answers }]) =>
    Object.entries(body?.otherTypes ?? {}).map(
      ([type, { example }]) => [operationId, type, path, example, answers] as const,
    ),
  );
  test.each(otherTypes)('%s with %s', async (_, type, path, body, answers) => {
    const answer = await fetch(served.url + path, {
      method: 'POST',
      headers: { 'content-type': type },
      body,
    });
    const content = (await answer.json()) as unknown;
    expect(answers[answer.status]?.schema.parse(content)).toEqual(content);
  });
});

describe('what is wrong is a problem that names the field', () => {
  test.each([
    ['get', '/runs?limit=many', undefined, 400, 'limit'],
    ['get', '/runs?colour=red', undefined, 400, 'colour'],
    ['get', '/quarantine?kind=courses', undefined, 400, 'kind'],
    ['get', '/events?state=lost', undefined, 400, 'state'],
    ['get', '/status?part=run', undefined, 400, 'runId'],
    ['post', '/resync', { mode: 'slow' }, 400, 'mode'],
    ['post', '/resync', { from: 'yesterday' }, 400, 'from'],
    ['post', '/resync', { source: 'nowhere' }, 422, 'source'],
    ['post', '/resync', { source: 'openedx', kind: 'catalog', from: '2026-01-01' }, 422, 'from'],
    ['post', '/quarantine/replay', { ids: 'all' }, 400, 'ids'],
    ['get', '/sources/openedx/courses?limit=0', undefined, 400, 'limit'],
    ['get', '/sources/openedx/courses?next=made-up', undefined, 400, 'next'],
    ['get', '/sources/tbook/learners?entity=24', undefined, 400, 'entity'],
    ['post', '/sources/khalibre/progress/search', { learner: 'ann' }, 400, 'learner'],
    ['post', '/sources/khalibre/progress/search', {}, 422, 'courseId'],
    ['post', '/sign-ins', { source: 'tbook', type: 'magic' }, 400, 'type'],
  ])('%s %s %j', async (method, path, body, status, field) => {
    const answer = await call(method, path, body);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      status,
      'application/problem+json; charset=utf-8',
    ]);
    const problem = problemSchema.parse(await answer.json());
    expect(problem.errors?.[0]?.field).toBe(field);
  });

  test('a run that is not there is 404', async () => {
    for (const path of ['/runs/none', '/status?part=run&runId=none'])
      expect((await call('get', path)).status).toBe(404);
    expect((await call('post', '/runs/none/cancel', {})).status).toBe(404);
  });
});

describe('paging', () => {
  test('leads through all runs, each once, newest first', async () => {
    const seen: string[] = [];
    let next: string | undefined = '';
    while (next !== undefined) {
      const answer = await call('get', `/runs?source=openedx&limit=1${next && `&next=${next}`}`);
      const page = (await answer.json()) as { runs: { runId: string; source: string }[]; next?: string };
      expect(page.runs.every(({ source }) => source === 'openedx')).toBe(true);
      seen.push(...page.runs.map((run) => run.runId));
      next = page.next;
    }
    expect(seen.length).toBeGreaterThanOrEqual(3);
    expect(new Set(seen).size).toBe(seen.length);
    // Runs of one second stand in any order among themselves.
    expect(seen).toContain(runId);
  });

  test('filters by kind and state', async () => {
    const answer = await call('get', '/runs?kind=catalog&state=succeeded');
    const { runs } = (await answer.json()) as { runs: { kind: string; state: string }[] };
    expect(runs.length).toBeGreaterThan(0);
    for (const run of runs) expect(run).toMatchObject({ kind: 'catalog', state: 'succeeded' });
  });
});

describe('a page of another site', () => {
  const acting = operations.filter(
    ([, { method, path }]) => method === 'post' && !path.startsWith('/webhooks'),
  );
  const post = (operation: Operation, headers: Record<string, string>): Promise<Response> =>
    fetch(served.url + filled(operation), { method: 'POST', body: '{"ids":["none"]}', headers });

  test.each(acting)('cannot make a browser send %s', async (_, operation) => {
    const plain = { 'content-type': 'text/plain' };
    expect((await post(operation, { ...plain, 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await post(operation, { ...plain, 'sec-fetch-site': 'same-site' })).status).toBe(403);
    expect((await post(operation, { ...plain, origin: 'https://elsewhere.example.com' })).status).toBe(403);
    expect((await post(operation, { ...plain, origin: 'null' })).status).toBe(403);
  });

  test('is told from the own page, from programs, and from one that a gateway lets in', async () => {
    const operation: Operation = troubleOperations.replayQuarantine;
    const { host } = new URL(served.url);
    for (const headers of [
      {},
      { 'content-type': 'text/plain' },
      { 'sec-fetch-site': 'same-origin' },
      { 'sec-fetch-site': 'none' },
      { origin: `http://${host}` },
      { 'sec-fetch-site': 'cross-site', 'content-type': 'application/json' },
      { 'sec-fetch-site': 'cross-site', 'x-functions-key': 'a-key' },
    ])
      expect((await post(operation, headers as Record<string, string>)).status).toBe(202);
  });
});
