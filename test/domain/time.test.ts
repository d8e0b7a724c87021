import { parseUtc } from '../../src/lib/domain/time';

test.each([
  ['2026-01-31', '2026-01-31T00:00:00Z'],
  ['2026-01-31T08:00:00.9+02:00', '2026-01-31T06:00:00Z'],
  ['9999-12-31T23:59:59Z', '9999-12-31T23:59:59Z'],
  ['9999-12-31T23:59:59-05:00', undefined],
  ['0000-01-01T00:00:00+05:00', undefined],
])('%s is %s: years have four digits, since times compare as text', (text, time) => {
  expect(parseUtc(text)).toBe(time);
});
