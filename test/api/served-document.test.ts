import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
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
