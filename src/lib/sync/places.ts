import type { Lease } from '../store/leases';
import type { Engine } from './engine';

/**
 * One of the places that a source has for slices (`parallelSlices`), over all instances.
 * @returns undefined while all are taken.
 */
export async function acquirePlace(
  engine: Engine,
  source: string,
  parallelSlices: number,
): Promise<Lease | undefined> {
  // Begun anywhere, so that workers do not all ask for the first place first.
  const start = Math.floor(engine.random() * parallelSlices);
  for (let i = 0; i < parallelSlices; i++) {
    const place = await engine.leases.acquire(`place-${source}-${(start + i) % parallelSlices}`);
    if (place) return place;
  }
  return undefined;
}
