import type { z } from 'zod';

/** What the operations are about. */
export const tags = {
  Runs: 'Syncs: one of one feed each',
  Quarantine: 'Records that could not be mapped or were refused',
  Pauses: 'Systems that asked to be left alone',
  Webhooks: "Vendors' events",
  Sources: 'What the vendors have now: read through, never kept',
  Enrolments: 'The way out: learners into courses',
  'Sign-ins': "The way out: a learner into the vendor's pages",
  App: 'The app itself',
} as const;

/**
 * A route of the API: all that is known of it but for the work itself. Functions are registered by it, requests parsed,
 * answers typed, and the description of the API is made of it.
 */
export interface Operation {
  readonly method: 'get' | 'post';
  /** Below /api; names its parts in braces. */
  readonly path: `/${string}`;
  readonly tag: keyof typeof tags;
  readonly summary: string;
  readonly description?: string;
  /** Who may call: left out, whoever has a function key; a vendor has one too, and calls in its own way. */
  readonly access?: 'anyone' | 'vendor';
  /** What parses the parts of the path that are named. */
  readonly parts?: z.ZodObject;
  /** What parses the query. */
  readonly query?: z.ZodObject;
  /** What parses the headers that a caller may send, besides those of HTTP itself. */
  readonly headers?: z.ZodObject;
  readonly body?: {
    /** What parses the body. */
    readonly schema: z.ZodType;
    readonly required: boolean;
    readonly examples: Readonly<Record<string, unknown>>;
    /** True: the work reads the body itself, as it comes; else it gets what the schema made of its JSON. */
    readonly raw?: true;
    /** Types that it may have instead of JSON, each with an example. */
    readonly otherTypes?: Readonly<
      Record<string, { readonly description: string; readonly example: string }>
    >;
  };
  /** By status. */
  readonly answers: Readonly<Record<number, OperationAnswer>>;
  /** Statuses that the work answers with a problem, besides those of every operation (`problemsOf`). */
  readonly problems: readonly ProblemStatus[];
}

/** By operation id. */
export type Operations = Readonly<Record<string, Operation>>;

type ProblemStatus = 400 | 401 | 404 | 409 | 413 | 415 | 422 | 501 | 502 | 504;

export interface OperationAnswer {
  readonly description: string;
  /** application/json unless it says otherwise. */
  readonly type?: string;
  readonly schema: z.ZodType;
  readonly example: unknown;
}

/** Whether it changes something, and so is not for a page of another site that a browser happens to show. */
export const isForOwnSite = ({ method, access }: Operation): boolean =>
  method === 'post' && access !== 'vendor';

/** All statuses that it answers with a problem, those of the door among them. */
export function problemsOf(operation: Operation): number[] {
  const { access, body, problems } = operation;
  const atTheDoor = access === 'anyone' ? [] : [400, 401, 500, 503];
  const all = [...problems, ...atTheDoor, ...(isForOwnSite(operation) ? [403] : []), ...(body ? [413] : [])];
  return [...new Set(all)].sort((a, b) => a - b);
}

/**
 * Where it is, below the address of the API: `runs/openedx-catalog-…`.
 * @param parts those that its path names; left out where it names none.
 */
export function pathTo<O extends Operation>({ path }: O, ...[parts]: PartsOf<O>): string {
  const given: Readonly<Record<string, string>> = parts ?? {};
  return path.slice(1).replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(given[name] ?? ''));
}

type PartsOf<O extends Operation> =
  O['parts'] extends z.ZodObject<infer Shape> ? [Readonly<Record<keyof Shape, string>>] : [];

/** Every method, so that the wrong ones get an answer that says what is right: the platform's own says nothing. */
const everyMethod = ['POST', 'GET', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'] as const;

type HttpMethod = (typeof everyMethod)[number];

interface Registration {
  readonly route: string;
  readonly methods: HttpMethod[];
  readonly authLevel: 'anonymous' | 'function';
}

/** How the function that serves it is registered at the host. */
export const registration = ({ path, method, access }: Operation): Registration => ({
  route: path.slice(1),
  methods: access === 'vendor' ? [...everyMethod] : [method === 'get' ? 'GET' : 'POST'],
  authLevel: access === 'anyone' ? 'anonymous' : 'function',
});
