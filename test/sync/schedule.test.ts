import type { Utc } from '../../src/lib/domain/time';
import { isDueAt, nextDue } from '../../src/lib/sync/schedule';

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
