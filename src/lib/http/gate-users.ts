import type { GateLimits, GateState } from './gate-state';

/*
 * Instances that call a system which is well do not ask its row at each call: each has its share of the calls in
 * flight, among those that the row names as calling it now.
 */

/** What an instance says of itself holds for so long; it says it again when half of that is over. */
const callingMs = 10_000;

/** How many calls in flight an instance may have. @param own its id. @param now milliseconds since 1970. */
export function shareOf(
  state: GateState | undefined,
  { concurrency }: GateLimits,
  own: string,
  now: number,
): number {
  const others = Object.keys(othersCalling(state, own, now)).length;
  return Math.max(1, Math.floor(concurrency / (others + 1)));
}

/** Whether an instance that calls is to say so, again. */
export const isUnsaid = (state: GateState | undefined, own: string, now: number): boolean =>
  (state?.users?.[own] ?? 0) - now < callingMs / 2;

/** Says that an instance calls; who has not said so for a while is forgotten. */
export const sayThatItCalls = (state: GateState, own: string, now: number): GateState => ({
  ...state,
  users: { ...othersCalling(state, own, now), [own]: now + callingMs },
});

const othersCalling = (state: GateState | undefined, own: string, now: number): Record<string, number> =>
  Object.fromEntries(Object.entries(state?.users ?? {}).filter(([id, until]) => id !== own && until > now));
