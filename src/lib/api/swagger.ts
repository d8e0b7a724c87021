import { type Answer, json } from './answer';
import { openApiDocument } from './openapi';

type Json = Record<string, unknown>;

/** @param base the address of the API, such as https://example.com/api. */
export const getSwagger = (base: string): Answer => json(200, swaggerDocument(base));

/** The same API as Swagger 2.0, for what imports nothing newer: the custom connectors of Power Platform. */
export function swaggerDocument(base: string): Json {
  const { info, tags, paths, components } = openApiDocument(base) as {
    info: Json & { license: Json };
    tags: Json[];
    paths: Record<string, Record<string, Operation>>;
    components: { schemas: Record<string, Json>; securitySchemes: Json };
  };
  const { host, pathname, protocol } = new URL(base);
  const { name } = info.license;
  return {
    swagger: '2.0',
    info: { ...info, license: { name } },
    host,
    basePath: pathname,
    schemes: [protocol.slice(0, -1)],
    tags,
    consumes: ['application/json'],
    produces: ['application/json'],
    security: [{ functionKey: [] }, { functionKeyInQuery: [] }],
    securityDefinitions: components.securitySchemes,
    paths: mapValues(paths, (methods) =>
      mapValues(methods, (operation) => plainOperation(operation, components)),
    ),
    definitions: mapValues(components.schemas, plain),
  };
}

interface Operation {
  readonly parameters?: readonly (Json & { readonly schema: Json })[];
  readonly requestBody?: {
    readonly required: boolean;
    readonly content: Record<string, { readonly schema: Json }>;
  };
  readonly responses: Record<
    string,
    { readonly description: string; readonly content?: Record<string, Media> }
  >;
}

interface Media {
  readonly schema: Json;
  readonly example?: unknown;
}

function plainOperation(
  { parameters = [], requestBody, responses, ...rest }: Operation,
  components: { schemas: Record<string, Json> },
): Json {
  const inPlaces = parameters.map(({ schema, example: _, ...parameter }) => ({
    ...parameter,
    ...ofParameter(schema, components.schemas),
  }));
  // Of several types of body the first is JSON: Swagger describes one.
  const [body] = Object.values(requestBody?.content ?? {});
  const own = body
    ? [{ name: 'body', in: 'body', required: requestBody?.required ?? false, schema: plain(body.schema) }]
    : [];
  const all = [...inPlaces, ...own];
  const types = new Set(Object.values(responses).flatMap(({ content = {} }) => Object.keys(content)));
  return {
    ...rest,
    ...(all.length > 0 && { parameters: all }),
    produces: [...types],
    responses: mapValues(responses, plainResponse),
  };
}

function plainResponse({ description, content = {} }: Operation['responses'][string]): Json {
  const [found] = Object.entries(content);
  if (!found) return { description };
  const [type, { schema, example }] = found;
  return {
    description,
    schema: plain(schema),
    ...(example !== undefined && { examples: { [type]: example } }),
  };
}

/** Parameters that are no body have a type of their own, and no schema. */
function ofParameter(schema: Json, schemas: Record<string, Json>): Json {
  const name = typeof schema.$ref === 'string' ? schema.$ref.split('/').at(-1) : undefined;
  const { description: _, title: __, ...own } = plain((name && schemas[name]) || schema);
  return own.type === undefined || own.type === 'object' ? { type: 'string' } : own;
}

const keptWords = [
  ...['title', 'description', 'type', 'format', 'pattern', 'enum', 'default', 'minLength', 'maxLength'],
  ...['minimum', 'maximum', 'multipleOf', 'minItems', 'maxItems', 'uniqueItems', 'required', 'readOnly'],
];

/** A schema in the words that Swagger knows. What it cannot say is left open, never said otherwise. */
function plain(schema: Json): Json {
  if (typeof schema.$ref === 'string')
    return { $ref: schema.$ref.replace('#/components/schemas/', '#/definitions/') };
  const either = (schema.anyOf ?? schema.oneOf) as readonly Json[] | undefined;
  if (either) return oneOf(either, schema);
  const kept: Json = Object.fromEntries(
    keptWords.filter((word) => word in schema).map((word) => [word, schema[word]]),
  );
  if (Array.isArray(schema.type)) {
    const types = (schema.type as string[]).filter((type) => type !== 'null');
    delete kept.type;
    if (types.length === 1) kept.type = types[0];
    kept['x-nullable'] = true;
  }
  if ('const' in schema) kept.enum = [schema.const];
  for (const [word, bound] of [
    ['exclusiveMinimum', 'minimum'],
    ['exclusiveMaximum', 'maximum'],
  ] as const)
    if (typeof schema[word] === 'number') Object.assign(kept, { [bound]: schema[word], [word]: true });
  if (Array.isArray(schema.examples)) [kept.example] = schema.examples as unknown[];
  if (isSchema(schema.items)) kept.items = plain(schema.items);
  if (kept.type === 'array') kept.items ??= {};
  if (schema.properties) kept.properties = mapValues(schema.properties as Record<string, Json>, plain);
  const { additionalProperties: others } = schema;
  if (typeof others === 'boolean') kept.additionalProperties = others;
  else if (isSchema(others)) kept.additionalProperties = plain(others);
  if (Array.isArray(schema.allOf)) kept.allOf = (schema.allOf as Json[]).map(plain);
  return kept;
}

/** One of several: the one that is left without null, the values where all are values, else anything of the kind. */
function oneOf(either: readonly Json[], { description }: Json): Json {
  const real = either.filter(({ type }) => type !== 'null');
  const said = {
    ...(description !== undefined && { description }),
    ...(real.length < either.length && { 'x-nullable': true }),
  };
  const [only] = real;
  if (only && real.length === 1) return { ...plain(only), ...(only.$ref ? {} : said) };
  if (real.every((one) => 'const' in one)) return { ...said, enum: real.map((one) => one.const) };
  const types = new Set(real.map(({ type, $ref }) => ($ref ? 'object' : type)));
  return types.size === 1 && types.has('object') ? { ...said, type: 'object' } : said;
}

const isSchema = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const mapValues = <A, B>(of: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(of).map(([name, value]) => [name, change(value)]));
