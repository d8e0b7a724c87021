import { utc, type Utc } from '../../src/lib/domain/time';
import {
  endOfAmbiguity,
  isAmbiguous,
  isTimeZone,
  startOfAmbiguity,
  toNaive,
} from '../../src/lib/domain/zone';

const at = (text: string): Utc => utc(Date.parse(text));

describe('toNaive', () => {
  it.each([
    ['2026-01-15T12:00:00Z', 'UTC', '2026-01-15T12:00:00'],
    ['2026-01-15T12:00:00Z', 'Europe/Berlin', '2026-01-15T13:00:00'],
    ['2026-07-15T22:30:05Z', 'Europe/Berlin', '2026-07-16T00:30:05'],
    ['2026-01-15T03:00:00Z', 'America/New_York', '2026-01-14T22:00:00'],
    ['2026-01-15T18:15:00Z', 'Asia/Kathmandu', '2026-01-16T00:00:00'],
    // Spring: an hour is left out.
    ['2026-03-29T00:59:59Z', 'Europe/Berlin', '2026-03-29T01:59:59'],
    ['2026-03-29T01:00:00Z', 'Europe/Berlin', '2026-03-29T03:00:00'],
    ['2026-03-08T06:59:59Z', 'America/New_York', '2026-03-08T01:59:59'],
    ['2026-03-08T07:00:00Z', 'America/New_York', '2026-03-08T03:00:00'],
    // Autumn: an hour occurs twice.
    ['2026-10-25T00:30:00Z', 'Europe/Berlin', '2026-10-25T02:30:00'],
    ['2026-10-25T01:30:00Z', 'Europe/Berlin', '2026-10-25T02:30:00'],
  ])('gives the wall clock of %s in %s', (time, zone, naive) => expect(toNaive(at(time), zone)).toBe(naive));

  it('knows which zones there are', () => {
    expect([isTimeZone('Asia/Kathmandu'), isTimeZone('Mars/Olympus')]).toEqual([true, false]);
  });
});

describe('the hour that is repeated', () => {
  it.each([
    ['Europe/Berlin', '2026-10-25T00:00:00Z', '2026-10-25T02:00:00Z'],
    ['America/New_York', '2026-11-01T05:00:00Z', '2026-11-01T07:00:00Z'],
    ['Australia/Lord_Howe', '2026-04-04T14:30:00Z', '2026-04-04T15:30:00Z'],
  ])('in %s is both its passes and nothing else', (zone, from, to) => {
    const [start, end] = [Date.parse(from), Date.parse(to)];
    for (let ms = start - 4 * 3_600_000; ms < end + 4 * 3_600_000; ms += 600_000) {
      const inside = ms >= start && ms < end;
      expect([utc(ms), isAmbiguous(utc(ms), zone)]).toEqual([utc(ms), inside]);
      expect(startOfAmbiguity(utc(ms), zone)).toBe(inside ? utc(start) : utc(ms));
      expect(endOfAmbiguity(utc(ms), zone)).toBe(inside ? utc(end) : utc(ms));
    }
    expect(isAmbiguous(utc(end - 1000), zone)).toBe(true);
    expect(isAmbiguous(utc(start - 1000), zone)).toBe(false);
  });

  it('exists neither in spring nor where clocks are never changed', () => {
    expect(isAmbiguous(at('2026-03-29T01:00:00Z'), 'Europe/Berlin')).toBe(false);
    expect(isAmbiguous(at('2026-10-25T01:00:00Z'), 'Asia/Kathmandu')).toBe(false);
    expect(isAmbiguous(at('2026-10-25T01:00:00Z'), 'UTC')).toBe(false);
  });
});
