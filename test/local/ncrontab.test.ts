import { parseSchedule } from '../../local/ncrontab';

const after = (schedule: string, from: string, howMany = 3): string[] => {
  const { next } = parseSchedule(schedule);
  const found: string[] = [];
  for (let at = Date.parse(from); found.length < howMany;) {
    at = next(at) ?? NaN;
    found.push(new Date(at).toISOString().replace('.000Z', 'Z'));
  }
  return found;
};

test.each([
  [
    '0 */15 * * * *',
    '2026-11-21T10:15:00Z',
    ['2026-11-21T10:30:00Z', '2026-11-21T10:45:00Z', '2026-11-21T11:00:00Z'],
  ],
  [
    '0 0 2 * * *',
    '2026-11-21T10:00:00Z',
    ['2026-11-22T02:00:00Z', '2026-11-23T02:00:00Z', '2026-11-24T02:00:00Z'],
  ],
  // From minute 5 on, every 20.
  [
    '0 5/20 * * * *',
    '2026-11-21T10:00:00Z',
    ['2026-11-21T10:05:00Z', '2026-11-21T10:25:00Z', '2026-11-21T10:45:00Z'],
  ],
  // Both must hold: a Friday that is the 13th.
  [
    '0 0 0 13 * 5',
    '2026-11-21T00:00:00Z',
    ['2027-08-13T00:00:00Z', '2028-10-13T00:00:00Z', '2029-04-13T00:00:00Z'],
  ],
  [
    '0 0 6 * * MON-WED,0',
    '2026-11-21T00:00:00Z',
    ['2026-11-22T06:00:00Z', '2026-11-23T06:00:00Z', '2026-11-24T06:00:00Z'],
  ],
  [
    '0 0 0 1 JAN,jul *',
    '2026-11-21T00:00:00Z',
    ['2027-01-01T00:00:00Z', '2027-07-01T00:00:00Z', '2028-01-01T00:00:00Z'],
  ],
])('%s is due as NCRONTAB says', (schedule, from, due) => expect(after(schedule, from)).toEqual(due));

test('the hour that the clocks of Europe skip is an hour like any other', () =>
  expect(after('0 30 1 * * *', '2027-03-27T12:00:00Z', 2)).toEqual([
    '2027-03-28T01:30:00Z',
    '2027-03-29T01:30:00Z',
  ]));

test.each([
  '*/15 * * * *',
  '0 0 0 0 * * 2027',
  '0 0 25 * * *',
  '0 0 0 L * *',
  '0 0 0 * * 5#2',
  '0 0 0 * * 7',
  '0 0 0 ? * *',
  '0 0 0 31 2 *',
  '@daily',
  '2027-01-01T00:00:00',
  '00:05:00',
  '',
])('"%s" is refused with the schedule in the sentence', (schedule) =>
  expect(() => parseSchedule(schedule)).toThrow(`the schedule "${schedule}"`),
);
