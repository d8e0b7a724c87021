import { dateForms, written } from '../../../sandbox/academy-of-mine/dates';
import { utc } from '../../../src/lib/domain/time';
import { readDate } from '../../../src/lib/sources/academy-of-mine/dates';

test.each([
  ['Aug 26, 2020 12:00 AM', '2020-08-26T04:00:00Z'],
  ['Aug 09, 2020', '2020-08-09T04:00:00Z'],
  ['10-Aug-2020', '2020-08-10T04:00:00Z'],
  ['03 Aug 2020', '2020-08-03T04:00:00Z'],
  ['22-02-2022', '2022-02-22T05:00:00Z'],
  ['03-04-2022', '2022-04-03T04:00:00Z'],
  ['2021-01-01 12:00:00', '2021-01-01T17:00:00Z'],
  ['2021-01-01T12:00:00.123456', '2021-01-01T17:00:00Z'],
  ['2020-08-03T10:02:33.000000Z', '2020-08-03T10:02:33Z'],
  ['2020-08-03T10:02:33+02:00', '2020-08-03T08:02:33Z'],
  ['21st Jan, 2020 12:00 PM', '2020-01-21T17:00:00Z'],
  ['April 15, 2025 03:20 PM', '2025-04-15T19:20:00Z'],
  [' Sept 1, 2020 ', '2020-09-01T04:00:00Z'],
])('%s by the clock of New York is %s', (text, instant) => {
  expect(readDate(text, 'America/New_York')).toBe(instant);
});

test.each([
  '2 days ago',
  '46 seconds ago',
  'an hour ago',
  '1 hour ago',
  'Never',
  'never',
  '',
  ' ',
  '-',
  undefined,
  null,
])('%p is no date', (text) => {
  expect(readDate(text, 'UTC')).toBe('none');
});

test.each([
  '31-02-2022',
  'Foo 12, 2020',
  '13:20',
  '2020-13-01',
  'Aug 26, 2020 13:00 PM',
  '08/09/2020',
  'Aug 26, 2020 12:60 PM',
  '2020-08-26 12:00:61',
  'tomorrow',
])('%s cannot be read', (text) => {
  expect(readDate(text, 'UTC')).toBe('unreadable');
});

test.each([
  // Clocks go forward at 02:00 in New York: 02:30 does not occur.
  ['2021-03-14 01:59:59', 'America/New_York', '2021-03-14T06:59:59Z'],
  ['2021-03-14 02:30:00', 'America/New_York', '2021-03-14T07:30:00Z'],
  ['2021-03-14 03:00:00', 'America/New_York', '2021-03-14T07:00:00Z'],
  // And back: 01:30 occurs twice, and the first is taken.
  ['2021-11-07 01:30:00', 'America/New_York', '2021-11-07T05:30:00Z'],
  ['2021-11-07 02:00:00', 'America/New_York', '2021-11-07T07:00:00Z'],
  ['2021-06-01 00:00:00', 'Pacific/Kiritimati', '2021-05-31T10:00:00Z'],
])('%s in %s is %s', (text, zone, instant) => {
  expect(readDate(text, zone)).toBe(instant);
});

test('every form reads back what it was written from, in every zone', () => {
  for (const zone of ['UTC', 'Asia/Kolkata', 'America/St_Johns', 'Pacific/Auckland'])
    for (const form of dateForms) {
      const ms = Date.UTC(2024, 6, 9, 15, 20);
      const read = readDate(written(ms, form, zone), zone);
      if (/:/.test(form)) expect(read).toBe(utc(ms));
      else expect(written(Date.parse(read), form, zone)).toBe(written(ms, form, zone));
    }
});
