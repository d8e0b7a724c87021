/** What the served document says of the requests of one operation. */
export interface DocumentedOperation {
  readonly name: string;
  readonly method: string;
  /** With the examples in place of its parts. */
  readonly path: string;
  readonly isPublic: boolean;
  readonly tags: readonly string[];
  readonly query: readonly string[];
  readonly headers: readonly string[];
  /** An example of each JSON object that it takes, with the fields that are documented. */
  readonly bodies: readonly { readonly example: object; readonly fields: readonly string[] }[];
}

interface Schema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly const?: unknown;
}

interface Described {
  readonly tags: readonly string[];
  readonly security?: readonly unknown[];
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly example?: string }[];
  readonly requestBody?: {
    readonly content: {
      readonly 'application/json': {
        readonly schema: Schema;
        readonly examples: Readonly<Record<string, { readonly value: object }>>;
      };
    };
  };
}

/** All operations of an OpenAPI document. */
export function documented(document: unknown): DocumentedOperation[] {
  const { paths, components } = document as {
    paths: Record<string, Record<string, Described>>;
    components: { schemas: Record<string, Schema> };
  };
  const resolved = (schema: Schema): Schema =>
    schema.$ref ? (components.schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {}) : schema;
  /** The form of an object that an example is of: constants tell. */
  const formOf = (schema: Schema, example: Readonly<Record<string, unknown>>): Schema | undefined => {
    const own = resolved(schema);
    const forms = own.oneOf ?? own.anyOf;
    if (forms) return forms.map((form) => formOf(form, example)).find(Boolean);
    const fits = Object.entries(own.properties ?? {}).every(
      ([name, { const: value }]) => value === undefined || value === example[name],
    );
    return own.properties && fits ? own : undefined;
  };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { tags, security, parameters = [], requestBody }]) => {
      const named = (place: string): string[] =>
        parameters.filter((one) => one.in === place).map(({ name }) => name);
      const json = requestBody?.content['application/json'];
      const examples = Object.values(json?.examples ?? {}).map(({ value }) => value);
      return {
        name: `${method} ${path}`,
        method,
        path: path.replace(/\{(\w+)\}/g, (_, part: string) =>
          encodeURIComponent(parameters.find(({ name }) => name === part)?.example ?? ''),
        ),
        isPublic: security?.length === 0,
        tags,
        query: named('query'),
        headers: named('header'),
        bodies: examples.flatMap((example) => {
          const form = json && formOf(json.schema, example as Record<string, unknown>);
          return form && !Array.isArray(example)
            ? [{ example, fields: Object.keys(form.properties ?? {}) }]
            : [];
        }),
      };
    }),
  );
}
