import { type Graph, startGraph } from '../../../sandbox/graph';
import type { Encoded, NotTaken } from '../../../src/lib/destinations/destination';
import type { GivenIds } from '../../../src/lib/destinations/kind';
import { vivaLearning } from '../../../src/lib/destinations/viva-learning';
import type { Course } from '../../../src/lib/domain/course';
import type { LearnerResult } from '../../../src/lib/domain/learner-result';
import { testDeps } from '../../http/client-builder';
import { from } from '../origin';
import { settingsFor } from './settings';

/** With all that an address must not carry as it is. */
export const courseId = 'course-v1:Acme+O’Hara/"1"+2026';

export const course = (id = courseId): Course => ({ id, name: id, url: 'https://lms.example.com/courses/1' });

export const result = (email: string, more: Partial<LearnerResult> = {}): LearnerResult => ({
  courseId,
  email,
  status: 'InProgress',
  percent: 0.5,
  ...more,
});

export const people = (count: number): string[] =>
  Array.from({ length: count }, (_, n) => `learner${n}@example.com`);

/** A pocket Graph, and the destination that sends to it, by a clock that jumps. */
export class World {
  readonly deps = { ...testDeps(), givenIds: idsInMemory() };
  readonly mayLandUntil: number[] = [];
  #viva;

  private constructor(readonly graph: Graph) {
    this.#viva = this.#instance();
  }

  static start = async (): Promise<World> => new World(await startGraph());

  stop = (): Promise<void> => this.graph.stop();

  /** Another instance: it shares the ids that are kept, and nothing else. */
  another(givenIds: GivenIds = this.deps.givenIds): void {
    this.#viva = this.#instance(givenIds);
  }

  #instance(givenIds: GivenIds = this.deps.givenIds) {
    return vivaLearning.create(settingsFor(this.graph) as never, { ...this.deps, givenIds });
  }

  sendCourses(...courses: Course[]): Promise<NotTaken> {
    return this.#send(
      'catalog',
      courses.map((one) => this.#viva.encodeCourse(one, from)),
    );
  }

  sendResults(...results: LearnerResult[]): Promise<NotTaken> {
    return this.#send(
      'consumption',
      results.map((one) => this.#viva.encodeProgress(one, from)),
    );
  }

  async #send(kind: 'catalog' | 'consumption', encoded: readonly Encoded[]): Promise<NotTaken> {
    const records = encoded.map((one) => (one.ok ? one.json : 'null'));
    const json = Buffer.from(`[${records.join(',')}]`);
    const delivery = {
      signal: new AbortController().signal,
      idempotencyKey: 'none',
      fence: () => undefined,
      mayLandUntil: (until: number) => void this.mayLandUntil.push(until),
    };
    const batch = { kind, sourceSystemId: '', json, count: records.length };
    return (await this.#viva.send(batch, delivery)) ?? new Map();
  }

  activities() {
    return [...this.graph.state.activities.values()];
  }

  contentOf(id: string) {
    return this.graph.state.contents.get(`openedx:${id}`);
  }

  /** Does what must arrive as a whole. @returns how many batches it took. */
  async calls(work: () => Promise<NotTaken>): Promise<number> {
    const batches = () => this.graph.server.requests.to('$batch').length;
    const before = batches();
    expect(await work()).toEqual(new Map());
    return batches() - before;
  }
}

export function errorAt(notTaken: NotTaken, place: number): Error {
  const verdict = notTaken.get(place);
  if (!verdict || !('error' in verdict)) throw new Error('it was taken');
  return verdict.error;
}

export function idsInMemory(): GivenIds {
  const ids = new Map<string, string>();
  return {
    read: async (names) => new Map([...ids].filter(([name]) => names.includes(name))),
    write: async (given) => given.forEach((id, name) => ids.set(name, id)),
    forget: async (name) => void ids.delete(name),
    isEmpty: async () => ids.size === 0,
  };
}
