import { type Answer, json } from './answer';
import { openApiDocument } from './openapi';

type Json = Record<string, unknown>;

/** @param base the address of the API, such as https://example.com/api. */
export const getSwagger = (base: string): Answer => json(200, swaggerDocument(base));

/** The same API as Swagger 2.0, for what imports nothing newer: the custom connectors of Power Platform. */
function swaggerDocument(base: string): Json {
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
    definitions: mapValues(components.schemas, (schema) => plain(united(schema, components.schemas))),
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
    ? [{ name: 'body', in: 'body', required: requestBody?.required ?? false, schema: ofBody(body.schema) }]
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

/**
 * Of several forms of body the first, which is that of one thing: a connector offers its fields to whoever fills it in,
 * and a caller who is told of one form sends nothing that is refused.
 */
function ofBody(schema: Json): Json {
  const [first] = (schema.anyOf ?? schema.oneOf ?? []) as readonly Json[];
  return plain(first ?? schema);
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
  const name = typeof schema.$ref === 'string' ? nameIn(schema.$ref) : undefined;
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

/** One of several objects is an object with the fields of all, of which those must be there that each wants. */
function united(schema: Json, schemas: Record<string, Json>): Json {
  const either = (schema.oneOf ?? schema.anyOf ?? []) as readonly Json[];
  const forms = either.map((one) => (typeof one.$ref === 'string' ? schemas[nameIn(one.$ref)] : one));
  const fields = forms.map((form) => (form?.properties ?? {}) as Record<string, Json>);
  if (forms.length === 0 || fields.some((own) => Object.keys(own).length === 0)) return schema;
  const names = [...new Set(fields.flatMap((own) => Object.keys(own)))];
  const formsOf = (name: string): Json[] => {
    const texts = new Set(fields.flatMap(({ [name]: field }) => (field ? [JSON.stringify(field)] : [])));
    return [...texts].map((text) => JSON.parse(text) as Json);
  };
  const required = names.filter((name) =>
    forms.every((form) => ((form?.required ?? []) as readonly string[]).includes(name)),
  );
  return {
    type: 'object',
    properties: Object.fromEntries(
      names.map((name) => {
        const [field = {}, ...others] = formsOf(name);
        return [name, others.length > 0 ? united({ anyOf: [field, ...others] }, schemas) : field];
      }),
    ),
    ...(required.length > 0 && { required }),
  };
}

const nameIn = (reference: string): string => reference.split('/').at(-1) ?? '';

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
  const [type, ...otherTypes] = new Set(real.map((one) => (one.$ref ? 'object' : one.type)));
  return typeof type === 'string' && type !== 'array' && otherTypes.length === 0 ? { ...said, type } : said;
}

const isSchema = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const mapValues = <A, B>(of: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(of).map(([name, value]) => [name, change(value)]));
