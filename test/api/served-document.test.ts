import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import Ajv from 'ajv-draft-04';
import { type Served, serve } from './served';

// What others make of the document that is served: a linter, and a generator of clients.
const run = promisify(execFile);
const root = join(__dirname, '../..');
const bin = (path: string): string => join(root, 'node_modules', path);

let served: Served;
let folder: string;
let file: string;
beforeAll(async () => {
  served = await serve();
  folder = await mkdtemp(join(tmpdir(), 'lms-bridge-served-'));
  file = join(folder, 'openapi.json');
  await writeFile(file, await (await fetch(`${served.url}/openapi.json`)).text());
}, 60_000);
afterAll(async () => {
  await rm(folder, { recursive: true });
  await served.stop();
});

test('no schema is a reference to itself', async () => {
  const { components } = JSON.parse(await readFile(file, 'utf8')) as {
    components: { schemas: Record<string, { $ref?: string }> };
  };
  const named = Object.entries(components.schemas);
  expect(named.length).toBeGreaterThan(20);
  for (const [name, schema] of named) expect([name, schema.$ref]).toEqual([name, undefined]);
});

test('Redocly finds no error', async () => {
  const { stdout } = await run(process.execPath, [join(root, 'scripts/lint-openapi.mjs'), file]);
  expect(JSON.parse(stdout)).toEqual([]);
}, 60_000);

test('a client that is generated from it compiles, knows the fields, and reads what the app answers', async () => {
  await run(process.execPath, [bin('openapi-typescript/bin/cli.js'), file, '-o', join(folder, 'api.ts')]);
  await writeFile(
    join(folder, 'client.ts'),
    `import type { components, paths } from './api';
type Runs = paths['/runs']['get']['responses'][200]['content']['application/json'];
export async function states(url: string): Promise<components['schemas']['Run']['state'][]> {
  const answer = (await (await fetch(url + '/runs')).json()) as Runs;
  return answer.runs.map((run) => run.state);
}
// @ts-expect-error a state that there is not
export const wrong: components['schemas']['Run']['state'] = 'finished';
`,
  );
  const flags = [
    '--strict',
    '--skipLibCheck',
    '--target',
    'es2022',
    '--module',
    'commonjs',
    '--ignoreConfig',
  ];
  await run(process.execPath, [bin('typescript/bin/tsc'), ...flags, join(folder, 'client.ts')]).catch(
    (error: { stdout: string }) => {
      throw new Error(error.stdout);
    },
  );
  await served.bridge.sync('catalog');
  const script = `require(${JSON.stringify(join(folder, 'client.js'))}).states(${JSON.stringify(served.url)})`;
  const { stdout } = await run(process.execPath, [
    '-e',
    `${script}.then((s) => console.log(JSON.stringify(s)))`,
  ]);
  expect(JSON.parse(stdout)).toEqual(['succeeded']);
}, 60_000);

describe('Swagger 2.0', () => {
  interface SwaggerOperation {
    readonly operationId: string;
    readonly parameters?: readonly { readonly in: string; readonly schema?: { readonly $ref?: string } }[];
  }
  interface Swagger {
    readonly host: string;
    readonly basePath: string;
    readonly paths: Record<string, Record<string, SwaggerOperation>>;
    readonly definitions: Record<string, object>;
  }
  let swagger: Swagger;
  beforeAll(async () => {
    swagger = (await (await fetch(`${served.url}/swagger.json`)).json()) as Swagger;
  });

  test('is valid, and Redocly finds no error', async () => {
    const other = join(folder, 'swagger.json');
    await writeFile(other, JSON.stringify(swagger));
    const valid = await run(process.execPath, [
      bin('@seriousme/openapi-schema-validator/bin/validate-api-cli.js'),
      other,
    ]);
    expect(JSON.parse(valid.stdout)).toEqual({ valid: true });
    const { stdout } = await run(process.execPath, [join(root, 'scripts/lint-openapi.mjs'), other]);
    expect(JSON.parse(stdout)).toEqual([]);
  }, 60_000);

  test('describes the very same operations, at the same address', async () => {
    const document = JSON.parse(await readFile(file, 'utf8')) as Swagger;
    const operations = ({ paths }: Pick<Swagger, 'paths'>): string[] =>
      Object.entries(paths).flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, { operationId }]) => `${method} ${path} ${operationId}`),
      );
    expect(operations(swagger)).toEqual(operations(document));
    expect(`http://${swagger.host}${swagger.basePath}`).toBe(served.url);
  });

  test('names the fields of every body that is to be sent', () => {
    const bodies = Object.entries(swagger.paths).flatMap(([path, methods]) =>
      Object.values(methods).flatMap(({ parameters = [] }) =>
        parameters.filter((one) => one.in === 'body').map(({ schema }) => [path, schema] as const),
      ),
    );
    expect(bodies.map(([path]) => path)).toEqual(expect.arrayContaining(['/enrolments', '/resync']));
    for (const [path, schema = {}] of bodies) {
      // A vendor's own, which no connector sends.
      if (path.startsWith('/webhooks/')) continue;
      const named = swagger.definitions[schema.$ref?.split('/').at(-1) ?? ''] ?? schema;
      expect([path, named]).toEqual([path, expect.objectContaining({ properties: expect.any(Object) })]);
    }
  });

  test('what the app answers fits what it says', async () => {
    await served.bridge.sync('catalog');
    const answer: unknown = await (await fetch(`${served.url}/runs`)).json();
    // Swagger's schemas are those of draft 4, less some words.
    const draft4 = new Ajv({ strict: false, validateFormats: false, schemaId: 'id' });
    const schema = swagger.paths['/runs']!.get as unknown as { responses: { 200: { schema: object } } };
    const { definitions } = JSON.parse(
      JSON.stringify({ definitions: swagger.definitions }).replaceAll('"x-nullable":true', '"nullable":true'),
    ) as Pick<Swagger, 'definitions'>;
    const check = draft4.compile({ ...schema.responses[200].schema, definitions });
    check(answer);
    expect(check.errors ?? []).toEqual([]);
  });
});
