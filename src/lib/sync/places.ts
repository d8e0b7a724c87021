import { type Route, routeName } from '../domain/feed';
import type { Lease } from '../store/leases';
import type { Engine } from './engine';

/**
 * One of the places that a source has for slices (`parallelSlices`), over all instances; each of its destinations has
 * as many, so that one that is slow holds up no other.
 * @returns undefined while all are taken.
 */
export async function acquirePlace(
  engine: Engine,
  route: Route,
  parallelSlices: number,
): Promise<Lease | undefined> {
  // Begun anywhere, so that workers do not all ask for the first place first.
  const start = Math.floor(engine.random() * parallelSlices);
  for (let i = 0; i < parallelSlices; i++) {
    const place = await engine.leases.acquire(`place-${routeName(route)}-${(start + i) % parallelSlices}`);
    if (place) return place;
  }
  return undefined;
}
