import { readSettings } from '../../../src/lib/settings';
import { refusalReason, safeWords } from '../../../src/lib/sources/safe-words';
import { readStatus } from '../../../src/lib/sources/khalibre/status';

test.each([
  ['Not started', 'NotStarted'],
  ['NOT_STARTED', 'NotStarted'],
  ['Not yet started', 'NotStarted'],
  ['Booked', 'NotStarted'],
  ['Enrolled', 'NotStarted'],
  ['In Progress', 'InProgress'],
  ['inprogress', 'InProgress'],
  ['Started', 'InProgress'],
  ['Not completed', 'InProgress'],
  ['Incomplete', 'InProgress'],
  ['To be completed', 'InProgress'],
  ['Partially completed', 'InProgress'],
  ['Completed', 'Completed'],
  ['COMPLETE', 'Completed'],
  ['Finished', 'Completed'],
  ['Passed', 'Passed'],
  ['Completed - passed', 'Passed'],
  ['Not passed', 'Failed'],
  ['Completed (failed)', 'Failed'],
])('%s means %s', (description, status) => {
  expect(readStatus(1, description)).toEqual({ status });
});

test.each([
  [7, 'On hold', 'unknown status 7 "On hold"'],
  [7, '', 'unknown status 7'],
  [undefined, 'Withdrawn', 'unknown status "Withdrawn"'],
  [null, null, 'no status'],
])('%p %p is unknown', (code, description, unknown) => {
  expect(readStatus(code, description)).toEqual({ status: 'InProgress', unknown });
});

describe('the setting', () => {
  const env = (statuses: string) => ({
    AzureWebJobsStorage: 'UseDevelopmentStorage=true',
    LMS_SOURCES: 'khalibre',
    LMS__khalibre__kind: 'khalibre',
    LMS__khalibre__baseUrl: 'https://learn.example.com/',
    LMS__khalibre__sourceSystemId: '17',
    LMS__khalibre__clientId: 'id',
    LMS__khalibre__clientSecret: 's3cret',
    LMS__khalibre__statuses: statuses,
    LD__baseUrl: 'https://ld.example.com',
    LD__auth: 'managed-identity',
    LD__scope: 'api://ld/.default',
    LD__submittedBy: 'bridge@example.com',
  });
  const source = (statuses: string) => {
    const result = readSettings(env(statuses));
    if (!result.ok) throw new Error(JSON.stringify(result.problems));
    return result.settings.sources[0];
  };

  test('is a JSON object of codes or descriptions, with v1.1 as the version by default', () => {
    expect(source('{"7":"InProgress"," On Hold ":"NotStarted"}')).toMatchObject({
      ok: true,
      settings: { apiVersion: 'v1.1', statuses: { 7: 'InProgress', 'on hold': 'NotStarted' } },
    });
  });

  test.each(['{', '[]', '{"7":"Done"}'])('that is %s says what it must be', (statuses) => {
    const { problems } = source(statuses) as unknown as { problems: { setting: string; message: string }[] };
    expect(problems).toEqual([
      { setting: 'LMS__khalibre__statuses', message: expect.stringContaining('Completed, Passed, Failed') },
    ]);
  });
});

test.each([
  ['The learner ann.lee@example.com is booked', 'The learner … is booked'],
  ['see https://x.example.com/?u=1 now', 'see … now'],
  ['token eyJhbGciOiJIUzI1NiJ9abcdefghijk', 'token …'],
  ['two\r\nlines', 'two lines'],
  ['ann%40example.com', '…'],
])('%p may be told as %p', (words, told) => {
  expect(safeWords(words)).toBe(told);
});

test('a reason is cut short', () => {
  expect(safeWords('no room '.repeat(40))).toHaveLength(120);
});

test.each([
  [{ status: 'CONFLICT', title: 'The class is full' }, 'The class is full'],
  [{ error: { message: 'Closed' } }, 'Closed'],
  [{ error: 'invalid', error_description: 'Too late' }, 'Too late'],
  [{ message: 'ann@example.com' }, undefined],
  [{ title: 5 }, undefined],
  [['x'], undefined],
])('the reason in %j is %p', (body, reason) => {
  expect(refusalReason(body)).toBe(reason);
});
