import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openApiDocument } from '../../src/lib/api/openapi';
import { operations } from '../../src/lib/api/operations';

const document = openApiDocument('https://example.com/api') as {
  paths: Record<
    string,
    Record<string, { operationId: string; parameters?: { name: string; schema: object }[] }>
  >;
  components: { schemas: Record<string, object> };
};

test('the description is valid OpenAPI 3.1', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lms-bridge-openapi-'));
  const file = join(folder, 'openapi.json');
  await writeFile(file, JSON.stringify(document));
  // The validator is an ES module, which jest loads in a process of its own alone.
  const validator = join(
    dirname(require.resolve('@seriousme/openapi-schema-validator/package.json')),
    'bin/validate-api-cli.js',
  );
  const said = await new Promise<string>((resolve) =>
    execFile(process.execPath, [validator, file], (_, stdout) => resolve(stdout)),
  );
  await rm(folder, { recursive: true });
  expect(JSON.parse(said)).toEqual({ valid: true });
});

test('operation ids are unique, and each body and answer has an example that its schema takes', () => {
  expect(new Set(operations.map(([operationId]) => operationId)).size).toBe(operations.length);
  for (const [operationId, { body, answers }] of operations) {
    for (const example of Object.values(body?.examples ?? {}))
      expect([operationId, body?.schema.safeParse(example).error]).toEqual([operationId, undefined]);
    for (const { schema, example } of Object.values(answers))
      expect([operationId, schema.parse(example)]).toEqual([operationId, example]);
  }
});

test('a reference leads to a schema that is there', () => {
  const names = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(
    ([, name]) => name ?? '',
  );
  expect(names.length).toBeGreaterThan(10);
  for (const name of names) expect(Object.keys(document.components.schemas)).toContain(name);
});

test('a limit is a number to the caller, though it comes as digits', () => {
  const limit = document.paths['/runs']?.get?.parameters?.find(({ name }) => name === 'limit');
  expect(limit?.schema).toEqual({ type: 'integer', minimum: 1, maximum: 200 });
});
