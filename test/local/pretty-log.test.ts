import { prettyLog, readable } from '../../local/pretty-log';

test('a line of the app reads as text', () => {
  const fields = {
    level: 'info',
    time: '2026-11-20T10:00:00.000Z',
    runId: 'openedx-catalog-1',
    source: 'openedx',
    kind: 'catalog',
    category: 'course_catalog',
    invocationId: 'i',
    state: 'succeeded',
    counts: { read: 12, sent: 12 },
    error: 'two words',
    message: 'run ended',
  };
  expect(readable(JSON.stringify(fields))).toBe(
    'run ended  runId=openedx-catalog-1 source=openedx kind=catalog state=succeeded read=12 sent=12 error="two words"',
  );
});

test.each(['Listening', '{not JSON', '{"no":"message"}', '[1]'])('%s stays as it is', (line) =>
  expect(readable(line)).toBe(line),
);

test('the host’s own words come with level and function, below the minimum not at all', () => {
  const lines: string[] = [];
  const log = prettyLog({ write: (line) => lines.push(line) });
  log('warning', '{"message":"slice will be retried","attempt":1}', 'sliceWorker');
  log('debug', 'Succeeded');
  expect(lines).toEqual([
    expect.stringMatching(/^\S+ warn {2}\[sliceWorker\] slice will be retried {2}attempt=1\n$/),
  ]);
});
