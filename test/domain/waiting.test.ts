import type { Utc } from '../../src/lib/domain/time';
import { type Waiting, waitingText } from '../../src/lib/domain/waiting';

const now = '2026-03-01T18:18:00Z' as Utc;
const since = '2026-03-01T18:16:05Z' as Utc;
const until = '2026-03-01T18:19:40Z' as Utc;
const failing = { why: 'source openedx failed with 500', since, attempt: 4, attempts: 5 };

test.each<[Waiting, string]>([
  [{ ...failing, until }, 'source openedx failed with 500 (since 18:16:05, attempt 4 of 5 at 18:19:40 UTC)'],
  [failing, 'source openedx failed with 500 (since 18:16:05 UTC, attempt 4 of 5 under way)'],
  [{ why: 'asked', until: '2026-03-02T02:00:00Z' as Utc }, 'asked (until 2026-03-02 02:00:00 UTC)'],
  [{ why: 'left', since }, 'left (since 18:16:05 UTC)'],
  [{ why: 'The run x goes first' }, 'The run x goes first'],
])('%j', (waiting, text) => expect(waitingText(waiting, now)).toBe(text));
