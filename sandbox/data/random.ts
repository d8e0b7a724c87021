/** A small seeded generator (mulberry32): the same seed gives the same numbers on every machine. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    return scramble(state);
  };
}

/** The number that belongs to one place of a seeded sequence, 0 to 1, without walking there. */
export const randomAt = (seed: number, place: number): number =>
  scramble((Math.imul(seed + 1, 0x9e3779b1) + Math.imul(place + 1, 0x6d2b79f5)) >>> 0);

export const pick = <T>(from: readonly T[], chance: number): T =>
  from[Math.min(from.length - 1, Math.floor(chance * from.length))] as T;

function scramble(state: number): number {
  let mixed = Math.imul(state ^ (state >>> 15), state | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
}
