import type { Enrolment, Person } from '../source';

/** Form fields in the order in which they go out. */
export type Fields = ReadonlyArray<readonly [string, string]>;

/** `filter[0]`, `filter[1]`, …: how lists stand in T-book's forms. */
export const numbered = (name: string, values: readonly string[] = []): Fields =>
  values.map((value, place) => [`${name}[${place}]`, value] as const);

const flag = (value: boolean): string => (value ? '1' : '0');

/** Name and externalID; what is not given stays as it is there. */
export const personFields = ({ civility, lastName, firstName, externalId }: Person): Fields => [
  ...given('civility', civility),
  ...given('lastname', lastName?.trim()),
  ...given('firstname', firstName?.trim()),
  ...given('externalID', externalId),
];

/** The sessions: on an update these are added to those that the learner has. */
export const sessionFields = ({ filter, location, assignation = true }: Sessions): Fields => [
  ...numbered('filter', filter),
  ...numbered('location', location),
  ['assignation', flag(assignation)],
];

export type Sessions = Pick<Enrolment, 'filter' | 'location' | 'assignation'>;

const given = (name: string, value: string | undefined): Fields => (value ? [[name, value]] : []);
