import { execFile } from 'node:child_process';
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { destinationKinds } from '../../../src/lib/destinations/registry';
import { sourceKinds } from '../../../src/lib/sources/registry';
import { bareEnv } from '../../setup/bare-env';
import { testStorage } from '../../setup/storage';

/*
 * A source and a destination that there are not, each a folder and a line of its registry in a copy of the app: the
 * compiler takes them, and a sync goes from one to the other.
 */

jest.setTimeout(240_000);
const root = resolve(__dirname, '../../..');

describe('nothing outside a kind’s folder names a kind', () => {
  const names = [...Object.keys(sourceKinds), ...Object.keys(destinationKinds)];
  const named = new RegExp(`(?<![\\w-])(${names.join('|')})(?![\\w-])`, 'g');
  /** Where a name stands for something else. */
  const others: Readonly<Record<string, { readonly names: string; readonly why: string }>> = {
    'src/cli/': { names: 'khalibre', why: 'the id of a source, in examples' },
    'src/lib/api/operations/': { names: 'khalibre', why: 'the id of a source, in examples' },
    'src/lib/domain/feed.ts': { names: 'ld-services', why: 'the first destination among the systems' },
  };
  const isOwn = (file: string): boolean =>
    /^src\/lib\/(?:sources|destinations)\/(?:registry\.ts$|[^/]+\/)/.test(file);

  test('in the app', () => {
    const files = globSync('src/**/*.ts', { cwd: root }).filter((file) => !isOwn(file));
    expect(files.length).toBeGreaterThan(100);
    const found = files.flatMap((file) => {
      const text = readFileSync(join(root, file), 'utf8');
      const [, allowed] = Object.entries(others).find(([start]) => file.startsWith(start)) ?? [];
      const all = [...text.matchAll(named)].map(([name]) => name);
      return all.filter((name) => name !== allowed?.names).map((name) => `${file} names ${name}`);
    });
    expect(found).toEqual([]);
  });

  test('every folder is in its registry', () => {
    const folders = (of: string): string[] =>
      globSync(`src/lib/${of}/*/`, { cwd: root }).map((path) => path.replace(/\/$/, '').split('/').at(-1)!);
    expect(folders('sources').sort()).toEqual(Object.keys(sourceKinds).sort());
    expect(folders('destinations').sort()).toEqual(Object.keys(destinationKinds).sort());
  });

  test.each([
    ['docs/sources.md', sourceKinds],
    ['docs/destinations.md', destinationKinds],
  ])('%s has a row for each in its table', (file, kinds) => {
    const rows = readFileSync(join(root, file), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('| '));
    const told = rows.flatMap((row) => /^\| [^|]*`([a-z-]+)`/.exec(row)?.[1] ?? []);
    expect([...new Set(told)].filter((name) => Object.hasOwn(kinds, name)).sort()).toEqual(
      Object.keys(kinds).sort(),
    );
  });
});

/** A server that remembers, and answers by path. */
class Remembering {
  readonly got: { readonly path: string; readonly seal: unknown; readonly body: unknown }[] = [];
  private constructor(private readonly server: Server) {}

  static async start(answers: Readonly<Record<string, unknown>>): Promise<Remembering> {
    const server = createServer((request, response) => {
      void textOf(request).then((text) => {
        const path = request.url ?? '';
        started.got.push({
          path,
          seal: request.headers['x-seal'],
          body: text ? JSON.parse(text) : undefined,
        });
        const answer = request.method === 'POST' ? {} : answers[path];
        response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' });
        response.end(JSON.stringify(answer ?? {}));
      });
    });
    const started = new Remembering(server);
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    return started;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }
  posted(path: string): unknown[] {
    return this.got.filter((one) => one.path === path && one.body).flatMap(({ body }) => body as unknown[]);
  }
  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

describe('a source and a destination that are made up', () => {
  let copy: string;
  let source: Remembering;
  let destination: Remembering;
  let env: Record<string, string>;

  /** A folder, and a line of the registry. */
  function add(of: 'sources' | 'destinations', name: string, text: string): void {
    const folder = join(copy, 'src/lib', of, name);
    mkdirSync(folder);
    writeFileSync(join(folder, 'index.ts'), readFileSync(join(__dirname, text), 'utf8'));
    const registry = join(copy, 'src/lib', of, 'registry.ts');
    const was = readFileSync(registry, 'utf8');
    const now = was.replace(/(Kinds: Readonly<Record<string, \w+>> = \{\n)/, `$1  ${name},\n`);
    expect(now).not.toBe(was);
    writeFileSync(registry, `import { ${name} } from './${name}';\n${now}`);
  }

  beforeAll(async () => {
    mkdirSync(join(root, 'dist'), { recursive: true });
    copy = mkdtempSync(join(root, 'dist/made-up-'));
    cpSync(join(root, 'src'), join(copy, 'src'), { recursive: true });
    cpSync(join(root, 'package.json'), join(copy, 'package.json'));
    add('sources', 'parchment', 'source.txt');
    add('destinations', 'almanac', 'destination.txt');
    const options = { rootDir: '.', outDir: 'built', types: ['node'], incremental: false, sourceMap: false };
    const config = {
      extends: join(root, 'tsconfig.json'),
      compilerOptions: { ...options, noEmitOnError: true, tsBuildInfoFile: null },
      include: ['src'],
      exclude: ['src/lib/api/status/browser'],
    };
    writeFileSync(join(copy, 'tsconfig.json'), JSON.stringify(config));
    await node(join(root, 'node_modules/typescript/bin/tsc'), '-p', copy);
    await node(join(root, 'scripts/page-script.cjs'), join(copy, 'built'));
    source = await Remembering.start({
      '/shelves/upper': [
        { id: 'herbs', name: 'Herbs' },
        { id: 'stars', name: 'Stars' },
      ],
      '/readers/herbs': [
        { email: 'Ann@example.com', done: true },
        { email: 'bob@example.com', done: false },
      ],
      '/readers/stars': [],
    });
    destination = await Remembering.start({ '/': {} });
    env = {
      AzureWebJobsStorage: await testStorage(),
      LMS_SOURCES: 'old',
      LMS__old__kind: 'parchment',
      LMS__old__baseUrl: source.url,
      LMS__old__shelf: 'upper',
      LMS__old__seal: 'open-sesame',
      DESTINATIONS: 'book',
      DEST__book__kind: 'almanac',
      DEST__book__baseUrl: destination.url,
    };
  });
  afterAll(async () => {
    await Promise.all([source?.stop(), destination?.stop()]);
    rmSync(copy, { recursive: true, force: true });
  });

  const node = async (...args: string[]): Promise<string> => {
    const ran = await promisify(execFile)(process.execPath, args, { env: { ...bareEnv, ...env } }).catch(
      (error: { stdout?: string; stderr?: string }) => {
        throw new Error(`${error.stdout ?? ''}${error.stderr ?? ''}`);
      },
    );
    return ran.stdout;
  };
  const cli = (...args: string[]): Promise<string> => node(join(copy, 'built/src/cli/main.js'), ...args);

  test('a sync goes from one to the other, and what is unchanged is not sent again', async () => {
    const runs = (text: string) => (JSON.parse(text) as { runs: object[] }).runs;
    expect(runs(await cli('sync', 'catalog', '--json'))).toMatchObject([
      { source: 'old', destination: 'book', state: 'succeeded', counts: { read: 2, sent: 2 } },
    ]);
    expect(destination.posted('/catalog')).toEqual([
      { title: 'Herbs', entry: 'herbs' },
      { title: 'Stars', entry: 'stars' },
    ]);
    expect(runs(await cli('sync', 'consumption', '--json'))).toMatchObject([
      { state: 'succeeded', counts: { read: 2, sent: 2 } },
    ]);
    expect(destination.posted('/consumption')).toEqual([
      { reader: 'ann@example.com', entry: 'herbs', status: 'Completed' },
      { reader: 'bob@example.com', entry: 'herbs', status: 'InProgress' },
    ]);
    expect(runs(await cli('sync', 'catalog', '--json'))).toMatchObject([
      { counts: { sent: 0, unchanged: 2 } },
    ]);
    expect(source.got.map(({ seal }) => seal)).toEqual(source.got.map(() => 'open-sesame'));
  });

  test('check tries both', async () => {
    const { checks } = JSON.parse(await cli('check', '--json')) as {
      checks: { what: string; result: string; detail: string }[];
    };
    expect(checks).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ what: expect.stringMatching(/^old: catalog/) as string, result: 'ok' }),
        expect.objectContaining({ what: 'book: almanac', result: 'ok', detail: 'lies there' }),
      ]),
    );
  });

  test('a setting of its own that is missing, or misspelt, is told', async () => {
    env.LMS__old__shelve = 'upper';
    const told = cli('sync', 'catalog');
    await expect(told).rejects.toThrow('LMS__old__shelve is unknown; did you mean LMS__old__shelf?');
    delete env.LMS__old__shelve;
  });

  test('docs/settings.md would tell of both', async () => {
    const made = join(copy, 'built/src/lib/settings/doc.js');
    const text = await node('-e', `process.stdout.write(require(${JSON.stringify(made)}).settingsDoc())`);
    expect(text).toContain('### `parchment`\n\nA shelf of parchments, which there is not.\n');
    expect(text).toMatch(
      /\| `LMS__<id>__shelf` +\| \*\*required\*\* +\| On which shelf its courses lie\. +\|/,
    );
    expect(text).toContain('### `almanac`\n\nAn almanac, which there is not.\n');
    expect(text).toMatch(/What it is: .*`almanac`/);
  });

  test('the page names what it is', async () => {
    const made = (file: string): string => JSON.stringify(join(copy, 'built/src/lib', file));
    const script = `
      const { getStatus } = require(${made('api/status/answer.js')});
      const called = { url: 'http://localhost/api/status', query: new URLSearchParams(), params: {} };
      getStatus(called).then(({ body }) => process.stdout.write(body, () => process.exit(0)));`;
    expect(await node('-e', script)).toMatch(/>old<.* catalog to book<small>parchment</);
  });
});
