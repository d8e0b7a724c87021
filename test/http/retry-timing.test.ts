import { retryAfterMs } from '../../src/lib/http/retry-after';
import { backoffMs } from '../../src/lib/http/retry-timing';

const now = Date.parse('2026-03-01T12:00:00Z');

describe('backoffMs', () => {
  it('doubles its bound with every attempt, up to 30 s', () => {
    expect([0, 1, 2, 3, 10].map((attempt) => backoffMs(attempt, () => 1))).toEqual([
      500, 1000, 2000, 4000, 30_000,
    ]);
  });

  it('takes anything between nothing and the bound', () => {
    expect(backoffMs(3, () => 0)).toBe(0);
    expect(backoffMs(3, () => 0.25)).toBe(1000);
  });
});

describe('retryAfterMs', () => {
  it.each([
    ['0', 0],
    ['120', 120_000],
    [' 7 ', 7000],
    ['Sun, 01 Mar 2026 12:00:30 GMT', 30_000],
    ['Sun, 01 Mar 2026 11:00:00 GMT', 0],
    ['86400', 86_400_000],
    [String(now / 1000 + 90), 90_000],
    [String(now + 90_000), 90_000],
    [String(now / 1000 - 90), 0],
  ])('reads %j', (header, expected) => expect(retryAfterMs(header, now)).toBe(expected));

  it.each(['86401', '999999999', 'Fri, 31 Dec 9999 23:59:59 GMT', '1.8e9'])(
    'does not believe %j, which is more than a day away',
    (header) => expect(retryAfterMs(header, now)).toBeUndefined(),
  );

  it.each([undefined, '', 'soon', '-5', '1.5', '12 monkeys', 'Sun, 99 Xyz', '9'.repeat(400)])(
    'takes %j for none',
    (header) => expect(retryAfterMs(header, now)).toBeUndefined(),
  );
});
