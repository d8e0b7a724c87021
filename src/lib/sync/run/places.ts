import { type Route, routeName } from '../../domain/feed';
import type { Lease } from '../../store/leases';
import type { Engine } from '../engine';

/**
 * The places that a source has for workers of slices (`parallelSlices`), over all instances; each of its destinations
 * has as many, so that one that is slow holds up no other. A slice names the place from which it is worked.
 * @returns undefined while all are taken.
 */
export async function acquirePlace(engine: Engine, route: Route, places: number): Promise<Lease | undefined> {
  const taken = new Set([...(await placesTaken(engine, route))].map(nameOf));
  // Begun anywhere, so that workers do not all ask for the first place first.
  const start = Math.floor(engine.random() * places);
  for (let i = 0; i < places; i++) {
    const name = `${placePrefix(route)}${(start + i) % places}`;
    const place = taken.has(name) ? undefined : await engine.leases.acquire(name);
    if (place) return place;
  }
  return undefined;
}

/** Ids of the places that are held now: a slice whose worker is none of them is nobody's. */
export const placesTaken = ({ leases }: Engine, route: Route): Promise<ReadonlySet<string>> =>
  leases.alive(placePrefix(route));

/** Tells places of one source apart: 0, 1, 2, … @param id of a lease on a place. */
export const placeNumber = (id: string): number => Number(nameOf(id).split('-').at(-1));

const nameOf = (id: string): string => id.slice(0, id.lastIndexOf('/'));

const placePrefix = (route: Route): string => `place-${routeName(route)}-`;

/** How many there are; of a source that is not known here, or whose settings are wrong, one: its slices say so. */
export function parallelSlices(engine: Engine, { source }: Route): number {
  try {
    return engine.openSource(source).settings.parallelSlices;
  } catch {
    return 1;
  }
}
