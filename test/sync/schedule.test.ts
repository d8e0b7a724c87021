import type { Utc } from '../../src/lib/domain/time';
import { isDueAt, isLate, nextDue } from '../../src/lib/sync/schedule';

const timer = '0 */15 * * * *';
const now = '2026-03-01T10:20:00Z' as Utc;

describe('the next run', () => {
  test('comes with the next tick of the timer', () => {
    expect(nextDue({ timer, own: undefined }, undefined, now)).toBe('2026-03-01T10:30:00Z');
  });

  test.each([
    ['at its own time, when a tick falls on it', '0 0 12 * * *', '2026-03-01T12:00:00Z'],
    ['at the first tick after its own time', '0 5 12 * * *', '2026-03-01T12:15:00Z'],
    ['at the next tick, when its own time was missed', '0 0 9 * * *', '2026-03-01T10:30:00Z'],
  ])('comes %s', (_, own, expected) => {
    const lastTick = '2026-03-01T08:00:00Z' as Utc;
    const due = nextDue({ timer, own }, lastTick, now);
    expect(due).toBe(expected);
    expect(isDueAt({ timer, own }, lastTick, due ?? now)).toBe(true);
  });
});

describe('a feed is late', () => {
  const late = (own: string | undefined, since: string, lagMs = 0): boolean =>
    isLate({ timer, own }, since as Utc, now, lagMs);

  test.each([
    ['its last tick brought all', undefined, '2026-03-01T10:15:00Z', 0, false],
    ['the run of that tick is still to end', undefined, '2026-03-01T10:00:00Z', 0, false],
    ['it is behind by what it leaves to the next run', undefined, '2026-03-01T09:05:00Z', 3_600_000, false],
    ['it may catch up by itself', undefined, '2026-03-01T09:30:00Z', 0, false],
    ['it is behind by more than an hour', undefined, '2026-03-01T09:15:00Z', 0, true],
    ['last night brought all', '0 0 1 * * *', '2026-03-01T01:00:00Z', 0, false],
    ['last night is still to end', '0 0 1 * * *', '2026-02-28T01:00:00Z', 0, false],
    ['the night before brought nothing either', '0 0 1 * * *', '2026-02-27T01:00:00Z', 0, true],
  ] as const)('or not when %s', (_, own, since, lagMs, expected) => {
    expect(late(own, since, lagMs)).toBe(expected);
  });
});
