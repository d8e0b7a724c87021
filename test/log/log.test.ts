import { AsyncResource } from 'node:async_hooks';
import { asInvocation, createLogger, type InvocationLog, outside } from '../../src/lib/log';

const lines: Record<string, unknown>[] = [];
const logger = createLogger({
  level: 'debug',
  write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>),
});
beforeEach(() => (lines.length = 0));

test.each(['catalog', 'consumption'])('a line of a %s run has its category', (kind) => {
  logger.info({ runId: 'r', source: 'openedx', kind }, 'run started');
  expect(lines).toEqual([
    {
      level: 'info',
      time: expect.stringMatching(/^\d{4}-.*Z$/) as unknown,
      runId: 'r',
      source: 'openedx',
      kind,
      category: `course_${kind}`,
      message: 'run started',
    },
  ]);
});

test('a run’s id alone tells source, kind and category', () => {
  logger.warn({ runId: 'openedx-catalog-20260131T000000Z-abc' }, 'no such run to plan');
  expect(lines[0]).toMatchObject({ source: 'openedx', kind: 'catalog', category: 'course_catalog' });
});

test('a line about no feed has none', () => {
  logger.error({ error: 'x' }, 'request failed');
  expect(lines[0]).not.toHaveProperty('category');
});

test('names that secrets and people have never come out', () => {
  logger.info(
    { clientSecret: 's', learner: 'l', settings: { apiKey: 'k', email: 'e', accessToken: 't', id: 1 } },
    'x',
  );
  expect(lines[0]).toEqual({
    level: 'info',
    time: lines[0]?.time,
    settings: { id: 1 },
    message: 'x',
  });
});

test('a run’s id tells another destination, too', () => {
  logger.warn({ runId: 'openedx-catalog.lrs-20260131T000000Z-abc' }, 'no such run to plan');
  expect(lines[0]).toMatchObject({
    source: 'openedx',
    kind: 'catalog',
    destination: 'lrs',
    category: 'course_catalog',
  });
});

test('within an invocation a line goes through it, at its level and with its id; after its answer, outside', async () => {
  const seen: [string, Record<string, unknown>][] = [];
  const at = (level: string) => (line: unknown) =>
    void seen.push([level, JSON.parse(String(line)) as Record<string, unknown>]);
  const invocation: InvocationLog = {
    invocationId: 'i-1',
    trace: at('trace'),
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
  };
  const platform = createLogger({ level: 'trace' });
  let later = (): void => undefined;
  await asInvocation(invocation, () => {
    later = AsyncResource.bind(() => platform.info('after the answer'));
    for (const level of ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const)
      platform[level]({ kind: 'catalog' }, 'x');
  });
  expect(seen.map(([level]) => level)).toEqual(['trace', 'debug', 'info', 'warn', 'error', 'error']);
  for (const [, line] of seen)
    expect(line).toMatchObject({ invocationId: 'i-1', category: 'course_catalog' });
  const write = jest.spyOn(outside, 'write').mockReturnValue();
  later();
  expect(seen).toHaveLength(6);
  expect(JSON.parse(write.mock.lastCall?.[0] ?? '')).toMatchObject({
    invocationId: 'i-1',
    message: 'after the answer',
  });
  write.mockRestore();
});
