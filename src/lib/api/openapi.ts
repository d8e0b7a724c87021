import { z } from 'zod';
import { version } from '../version';
import { type Answer, json } from './answer';
import { operations } from './operations';
import { type Operation, type OperationAnswer, problemsOf, tags } from './operations/operation';
import { problemSchema } from './schemas';

type Json = Record<string, unknown>;

/** @param base the address of the API, such as https://example.com/api. */
export const getOpenApi = (base: string): Answer => json(200, openApiDocument(base));

/** The API as OpenAPI 3.1 describes it, made from the schemas that parse its requests. */
export function openApiDocument(base: string): Json {
  const schemas: Record<string, Json> = {};
  const paths: Record<string, Json> = {};
  for (const [operationId, operation] of operations)
    paths[operation.path] = {
      ...paths[operation.path],
      [operation.method]: { operationId, ...described(operation, schemas) },
    };
  return {
    openapi: '3.1.0',
    info: {
      title: 'LMS Bridge',
      version,
      description:
        'Keeps an L&D platform in step with every LMS: runs, quarantine, webhooks. Times are UTC. Errors are problems (RFC 9457).',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: base }],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    security: [{ functionKey: [] }, { functionKeyInQuery: [] }],
    paths,
    components: {
      schemas: Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => a.localeCompare(b))),
      securitySchemes: {
        functionKey: { type: 'apiKey', in: 'header', name: 'x-functions-key' },
        functionKeyInQuery: { type: 'apiKey', in: 'query', name: 'code' },
      },
    },
  };
}

function described(operation: Operation, schemas: Record<string, Json>): Json {
  const { tag, summary, description, body, access, parts, query, headers } = operation;
  const parameters = [
    ...parametersIn('path', parts, schemas),
    ...parametersIn('query', query, schemas),
    ...parametersIn('header', headers, schemas),
  ];
  return {
    tags: [tag],
    summary,
    ...(description && { description }),
    ...(access === 'anyone' && { security: [] }),
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: {
        required: body.required,
        content: {
          'application/json': {
            schema: schemaOf(body.schema, schemas),
            examples: Object.fromEntries(
              Object.entries(body.examples).map(([name, value]) => [
                name.replaceAll(' ', '-'),
                { summary: name, value },
              ]),
            ),
          },
          ...Object.fromEntries(
            Object.entries(body.otherTypes ?? {}).map(([type, other]) => [
              type,
              { schema: { type: 'string', description: other.description }, example: other.example },
            ]),
          ),
        },
      },
    }),
    responses: responses(operation, schemas),
  };
}

function parametersIn(
  place: 'path' | 'query' | 'header',
  parameters: z.ZodObject | undefined,
  schemas: Record<string, Json>,
): Json[] {
  return Object.entries(parameters?.shape ?? {}).map(([name, type]) => {
    const { description, examples, ...schema } = schemaOf(type as z.ZodType, schemas) as {
      description?: string;
      examples?: unknown[];
    };
    return {
      name,
      in: place,
      required: !(type as z.ZodType).safeParse(undefined).success,
      ...(description && { description }),
      schema,
      ...(examples && { example: examples[0] }),
    };
  });
}

const problemTitles: Readonly<Record<number, string>> = {
  400: 'The request is wrong; `errors` names the fields',
  401: 'No key, a wrong one, or a signature that is not good',
  403: 'A browser sent this for another site',
  404: 'There is no such thing',
  409: 'It contradicts what is there, or the same request is under way',
  413: 'The body is too large',
  415: 'The body is of another type',
  422: 'The request cannot be honoured; `errors` names the field',
  500: 'Wrong settings, each named in `errors`; or an unexpected error',
  501: 'The source cannot do this',
  502: 'A remote system refused, or gave an unusable answer',
  503: 'Storage or a remote system does not answer; try again after `Retry-After` seconds',
  504: 'The source gave no full answer in time',
};

function responses(operation: Operation, schemas: Record<string, Json>): Json {
  return {
    ...Object.fromEntries(
      Object.entries(operation.answers).map(([status, answer]) => [status, success(answer, schemas)]),
    ),
    ...Object.fromEntries(problemsOf(operation).map((status) => [status, failure(status, schemas)])),
  };
}

const success = (
  { description, type = 'application/json', schema, example }: OperationAnswer,
  schemas: Record<string, Json>,
): Json => ({ description, content: { [type]: { schema: schemaOf(schema, schemas), example } } });

const failure = (status: number, schemas: Record<string, Json>): Json => ({
  description: problemTitles[status],
  // The platform's own 401 has no body, so a client must not count on one.
  content: { 'application/problem+json': { schema: schemaOf(problemSchema, schemas) } },
});

/** As JSON Schema 2020-12, what OpenAPI 3.1 speaks; named schemas are put into `schemas` and referred to. */
function schemaOf(schema: z.ZodType, schemas: Record<string, Json>): Json {
  const made = z.toJSONSchema(schema, {
    io: 'input',
    target: 'draft-2020-12',
    override: ({ jsonSchema }) => {
      // A query's number comes as digits: to the caller it is a number all the same.
      if (jsonSchema.type === 'integer' && jsonSchema.pattern) delete jsonSchema.pattern;
      delete jsonSchema.id;
    },
  });
  const {
    $schema: _,
    $defs = {},
    ...own
  } = JSON.parse(JSON.stringify(made).replaceAll('"#/$defs/', '"#/components/schemas/')) as Json & {
    $defs?: Record<string, Json>;
  };
  Object.assign(schemas, $defs);
  const id = schema.meta()?.id;
  // A named schema comes as a mere reference to what stands in $defs.
  if (typeof id !== 'string' || own.$ref) return own;
  schemas[id] = own;
  return { $ref: `#/components/schemas/${id}` };
}
