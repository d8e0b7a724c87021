import { learner } from '../data/learners';
import { randomAt } from '../data/random';
import { TokenDesk } from '../tokens';
import type { TBookOptions } from './options';

export interface TbEntity {
  readonly id: number;
  readonly name: string;
}

export interface TbLearner {
  readonly id: number;
  readonly login: string;
  readonly entityId: number;
  readonly civility: string;
  readonly lastname: string;
  readonly firstname: string;
  readonly externalID: string | undefined;
  readonly filter: readonly string[];
  readonly location: readonly string[];
  /** Sessions the learner is in, as `filter|location`: no call of the API tells them. */
  readonly sessions: readonly string[];
}

/** All that this T-book knows. */
export class TBookState {
  readonly entities: Map<number, TbEntity>;
  readonly learners: Map<number, TbLearner>;
  readonly tokens: TokenDesk;

  constructor(
    readonly options: TBookOptions,
    readonly now: () => number,
  ) {
    const { seed, clientId, clientSecret } = options;
    this.tokens = new TokenDesk({ clientId, clientSecret }, now);
    this.entities = new Map(
      Array.from({ length: options.entities }, (_, n) => [24 + n, { id: 24 + n, name: `Entity n°${n + 1}` }]),
    );
    this.learners = new Map(
      Array.from({ length: options.learners }, (_, n): [number, TbLearner] => {
        const { email } = learner(seed, n);
        const [first = '', last = ''] = (email.split('@')[0] ?? '').replace(/\d+$/, '').split('.');
        const session = `Session ${1 + Math.floor(randomAt(seed + 3, n) * 5)}`;
        return [
          n + 1,
          {
            id: n + 1,
            login: email,
            entityId: 24 + Math.floor(randomAt(seed + 1, n) * options.entities),
            civility: n % 2 === 0 ? 'mme' : 'm',
            lastname: last,
            firstname: first,
            externalID: n % 3 === 0 ? String(9000 + n) : undefined,
            filter: [session],
            location: ['Paris'],
            sessions: [`${session}|Paris`],
          },
        ];
      }),
    );
  }

  /** @param type `email`, `learnerId` or `externalId`. */
  find(type: string, identifier: string): TbLearner | undefined {
    const is: Readonly<Record<string, (one: TbLearner) => boolean>> = {
      email: ({ login }) => login.toLowerCase() === identifier.toLowerCase(),
      learnerId: ({ id }) => String(id) === identifier,
      externalId: ({ externalID }) => externalID === identifier,
    };
    const test = is[type];
    return test && [...this.learners.values()].find(test);
  }

  put(one: TbLearner): TbLearner {
    this.learners.set(one.id, one);
    return one;
  }

  nextId = (): number => Math.max(0, ...this.learners.keys()) + 1;
}

/** Every pair of a filter and a location is a session. */
export const sessionsOf = (filter: readonly string[], location: readonly string[]): string[] =>
  filter.flatMap((one) => location.map((place) => `${one}|${place}`));

export const union = (a: readonly string[], b: readonly string[] = []): string[] => [
  ...new Set([...a, ...b]),
];
