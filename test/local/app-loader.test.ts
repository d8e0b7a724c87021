import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { buildHost, spawnHost } from './built-host';

let built: Awaited<ReturnType<typeof buildHost>>;
let cwd: string;
beforeAll(async () => (built = await buildHost()));
afterAll(() => built.remove());
beforeEach(async () => {
  // Below the project, where the app finds @azure/functions.
  cwd = await mkdtemp(resolve(__dirname, '../../dist/test-app-'));
  await mkdir(`${cwd}/functions`);
  await writeFile(`${cwd}/host.json`, '{"version":"2.0"}');
  await writeFile(`${cwd}/package.json`, '{"main":"{index.js,functions/*.js}"}');
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

async function failure(file?: string): Promise<string> {
  if (file) await writeFile(`${cwd}/functions/one.js`, file);
  const host = await spawnHost([`${built.folder}/host.js`], { PORT: '0' }, { cwd, ready: false });
  expect(await host.exit).toBe(1);
  return host.output();
}
const use = "const { app } = require('@azure/functions');";

test('a file that throws is named with what it threw', async () => {
  expect(await failure("throw new Error('no such setting')")).toMatch(
    /functions[/\\]one\.js could not be loaded: Error: no such setting/,
  );
});

test('an app that was not built is told to build', async () => {
  expect(await failure()).toContain(
    'No file matches "{index.js,functions/*.js}" of package.json: build the app',
  );
});

test('two functions of one name are refused', async () => {
  const timer = "app.timer('same', { schedule: '0 0 0 1 1 *', handler: () => undefined });";
  expect(await failure(use + timer + timer)).toContain('Two functions have the name "same": rename one');
});

test('enableHttpStream is refused instead of hanging every request', async () => {
  const http = "app.http('a', { methods: ['GET'], authLevel: 'anonymous', handler: () => ({}) });";
  expect(await failure(`${use} app.setup({ enableHttpStream: true }); ${http}`)).toContain(
    'The app sets enableHttpStream, which this host cannot do',
  );
});

test('an output that this host cannot write disables the function with a line', async () => {
  const queue = "extraOutputs: [output.storageQueue({ queueName: 'q', connection: 'AzureWebJobsStorage' })]";
  const file = `const { app, output } = require('@azure/functions');
    app.http('out', { methods: ['GET'], authLevel: 'anonymous', handler: () => ({}), ${queue} });
    app.http('good', { methods: ['GET'], authLevel: 'anonymous', handler: () => ({ body: 'fine' }) });`;
  await writeFile(`${cwd}/functions/one.js`, file);
  const host = await spawnHost([`${built.folder}/host.js`], { PORT: '0' }, { cwd });
  expect(host.output()).toContain('The function out does not run: this host cannot write its queue output');
  expect(await (await fetch(`${host.url}/api/good`)).text()).toBe('fine');
  await host.end();
});
