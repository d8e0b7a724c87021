import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { SettingsProblem } from '../../errors';
import { text } from '../../settings/parse';
import { nearest } from '../../settings/read-group';

/*
 * Academy of Mine publishes what its operations take and give, and neither their paths nor their methods: each
 * customer reads them in the documentation of its own site. docs/academy-of-mine-operations.md is the template.
 */

/** One operation: where it is, and where its parameters go that have no place in the path. */
export interface ApiCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below the base URL, with `{name}` for parameters. */
  readonly path: string;
  /** In the query (objects and lists as JSON text) or in a JSON body. */
  readonly paramsIn: 'query' | 'body';
  /** Sent with every call, in place of ours of the same name. */
  readonly params: Readonly<Record<string, unknown>>;
}

/** What each operation is needed for, and the parameters that its path may name. */
const known = {
  'courses.list': { for: 'sync', params: ['page_size', 'page_number'] },
  'courses.get': { for: 'sync', params: ['id'] },
  'courses.detailReport': { for: 'sync', params: ['page_size', 'page_number'] },
  'categories.courseLookup': { for: 'keywords', params: ['array'] },
  'users.list': { for: 'learners', params: ['page_size', 'page_number'] },
  'users.get': { for: 'learners', params: ['id'] },
  'users.create': { for: 'enrolments', params: [] },
  'courses.enroll': { for: 'enrolments', params: ['id'] },
  'courses.enrolledLearners': { for: 'enrolments', params: ['course_id', 'page_size', 'page_number'] },
  'courses.remove': { for: 'enrolments', params: ['id'] },
  'portals.list': { for: 'entities', params: ['page_size', 'page_number'] },
  'webhooks.list': { for: 'webhooks', params: [] },
  'webhooks.create': { for: 'webhooks', params: ['id'] },
  'webhooks.update': { for: 'webhooks', params: ['id'] },
  'webhooks.log': { for: 'webhooks', params: ['id', 'page_size', 'page_number'] },
  'learningPaths.list': { for: 'learningPaths', params: ['page_size', 'page_number'] },
  'learningPaths.get': { for: 'learningPaths', params: ['id'] },
} as const satisfies Record<string, { for: string; params: readonly string[] }>;

export type OperationName = keyof typeof known;
const operationNames = Object.keys(known) as OperationName[];

/** null: the customer's site does not offer it, or it is not to be used; what needs it is left out. */
export type Operations = Readonly<Partial<Record<OperationName, ApiCall | null>>>;

const operation = z
  .strictObject({
    method: z.enum(['GET', 'POST', 'PUT', 'DELETE']),
    // No half of a placeholder, and no way up: both would be found out by a 404 alone.
    path: z
      .string()
      .regex(/^\/(?!\/)([\w\-./~%]|\{[^{}]*\})*$/)
      .refine((path) => !/\/(\.|%2e){1,2}(\/|$)/i.test(path)),
    paramsIn: z.enum(['query', 'body']).optional(),
    params: z.record(z.string(), z.unknown()).default({}),
  })
  .transform((one): ApiCall => ({
    ...one,
    paramsIn: one.paramsIn ?? (one.method === 'GET' ? 'query' : 'body'),
  }));

const doc = 'see docs/academy-of-mine-operations.md';

/** JSON, or the path of a file that holds it. */
export const apiCalls = text.transform((value, context): Operations => {
  const say = (message: string): never => {
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  };
  const given = asObject(value);
  if (typeof given === 'string') return say(given);
  const read: Partial<Record<OperationName, ApiCall | null>> = {};
  for (const [name, entry] of Object.entries(given)) {
    if (!isOperation(name)) {
      const near = nearest(name, operationNames);
      return say(`names the unknown operation ${name}; ${near ? `did you mean ${near}?` : doc}`);
    }
    const parsed = operation.nullable().safeParse(entry);
    if (!parsed.success) {
      const field = parsed.error.issues[0]?.path.join('.') ?? '';
      return say(
        `has no usable ${name}${field ? `: ${field} is wrong` : ''}; it is {"method": …, "path": "/api/…"}; ${doc}`,
      );
    }
    const odd = placeholders(parsed.data).find(
      (one) => !(known[name].params as readonly string[]).includes(one),
    );
    if (odd !== undefined)
      return say(`has {${odd}} in the path of ${name}, which has no such parameter in a path; ${doc}`);
    read[name] = parsed.data;
  }
  return read;
});

/**
 * The operations that a source cannot do without and that are not there.
 * @param learningPaths whether these are synced too.
 */
export function missingOperations(
  setting: string,
  given: Operations | undefined,
  learningPaths: boolean,
): SettingsProblem[] {
  if (given === undefined)
    return [{ setting, message: `is missing: give the path of each operation; ${doc}` }];
  const needed = operationNames.filter((name) => learningPaths || known[name].for !== 'learningPaths');
  const missing = needed.filter((name) => given[name] === undefined);
  const off = needed.filter(
    (name) => given[name] === null && ['sync', 'learningPaths'].includes(known[name].for),
  );
  return [
    ...(missing.length > 0
      ? [
          {
            setting,
            message: `lacks ${missing.join(', ')}; give method and path, or null to do without; ${doc}`,
          },
        ]
      : []),
    ...(off.length > 0
      ? [{ setting, message: `has null for ${off.join(', ')}, which cannot be done without` }]
      : []),
  ];
}

const isOperation = (name: string): name is OperationName => Object.hasOwn(known, name);

const placeholders = (one: ApiCall | null): string[] =>
  [...(one?.path ?? '').matchAll(/\{([^{}]*)\}/g)].map(([, name = '']) => name);

/** @returns what is wrong, when it is a text. */
function asObject(value: string): Record<string, unknown> | string {
  let json = value;
  if (!value.startsWith('{')) {
    try {
      json = readFileSync(value, 'utf8').replace(/^\uFEFF/, '');
    } catch {
      return `names a file that cannot be read; give JSON, or the path of a file that holds it; ${doc}`;
    }
  }
  try {
    const parsed: unknown = JSON.parse(json);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed))
      return parsed as Record<string, unknown>;
  } catch {
    // falls through to the one message for both
  }
  return `is no JSON object from operations to their paths; ${doc}`;
}
