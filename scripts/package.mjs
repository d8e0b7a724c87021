// Writes what azd uploads: the whole app in one file, with nothing left to install. `node scripts/package.mjs [folder]`
import { build } from 'esbuild';
import {
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { missingIn, ofTheHost } from './packaged.cjs';
import { pageScript } from './page-script.cjs';

const root = resolve(import.meta.dirname, '..');
const own = join(root, '.package');
const folder = resolve(process.argv[2] ?? own);
const cli = existsSync(join(root, 'src/cli/main.ts'));

// The order in which the host would load the files of `main` itself.
const files = ['src/index.ts', ...globSync('src/functions/*.ts', { cwd: root }).sort()];
const entry = files.map((file) => `import './${file.replaceAll('\\', '/')}';`).join('\n');

/** Loaded at first use, and so not read with the rest: each is a file of its own. */
const apart = ['@azure/identity', '@azure/keyvault-secrets'];
const fileOf = (name) => `${name.split('/')[1]}.js`;

/** Most of what a cold instance does is to read the bundle, so what is never called is left out of it. */
const slim = {
  name: 'slim',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: new RegExp(`^(${apart.join('|')})$`) }, ({ path, kind }) =>
      kind === 'require-call' ? { path: `./${fileOf(path)}`, external: true } : undefined,
    );
    // Of undici one agent is used; its index brings fetch, WebSocket, caches and mocks. Whoever imports another name
    // is told by the bundler; what is not imported by name gets the whole.
    onResolve({ filter: /^undici$/ }, ({ kind }) =>
      kind === 'import-statement' ? { path: 'undici', namespace: 'slim' } : undefined,
    );
    onLoad({ filter: /^undici$/, namespace: 'slim' }, () => ({
      contents: "export { default as Agent } from 'undici/lib/dispatcher/agent';",
      resolveDir: root,
    }));
    // zod's messages in fifty languages; English is imported by itself.
    onResolve({ filter: /\/locales\/index\.js$/ }, () => ({ path: 'locales', namespace: 'slim' }));
    onLoad({ filter: /^locales$/, namespace: 'slim' }, () => ({ contents: 'export {}' }));
    // Checksums of blobs, of which there are none.
    onResolve({ filter: /\/crc64\.js$/ }, () => ({ path: 'crc64', namespace: 'slim' }));
    onLoad({ filter: /^crc64$/, namespace: 'slim' }, () => ({ contents: 'export default undefined' }));
  },
};

const options = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node24',
  external: [ofTheHost],
  // Some packages ask where they are: without a value for it the bundle throws while it loads.
  define: { 'import.meta.url': '__importMetaUrl', ...pageScript() },
  banner: {
    js: [
      "const __importMetaUrl = require('node:url').pathToFileURL(__filename).href;",
      'process.setSourceMapsEnabled(true);',
    ].join('\n'),
  },
  // Identifiers stay as they are: people read them, in logs and stacks.
  minifySyntax: true,
  minifyWhitespace: true,
  sourcemap: true,
  sourcesContent: false,
  legalComments: 'linked',
  logLevel: 'warning',
  logOverride: { 'import-is-undefined': 'error' },
  metafile: true,
  plugins: [slim],
};

if (folder === own) rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
if (readdirSync(folder).length > 0) {
  console.error(`${folder} is not empty; name an empty folder, or none`);
  process.exit(1);
}
const results = [
  await build({
    ...options,
    stdin: { contents: entry, resolveDir: root, sourcefile: 'entry.ts' },
    outfile: join(folder, 'main.js'),
  }),
];
if (cli)
  results.push(
    await build({
      ...options,
      entryPoints: ['src/cli/main.ts'],
      outfile: join(folder, 'cli.js'),
    }),
  );
for (const name of apart)
  results.push(await build({ ...options, entryPoints: [name], outfile: join(folder, fileOf(name)) }));

const { name, version, description, license, engines } = JSON.parse(
  readFileSync(join(root, 'package.json'), 'utf8'),
);
const manifest = {
  name,
  version,
  description,
  license,
  private: true,
  engines,
  main: 'main.js',
  ...(cli ? { bin: { 'lms-bridge': 'cli.js' } } : {}),
};
writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
for (const file of ['host.json', 'LICENSE']) copyFileSync(join(root, file), join(folder, file));

for (const { metafile } of results)
  for (const [file, { bytes }] of Object.entries(metafile.outputs))
    console.log(`${file} ${(bytes / 1024).toFixed(0)} KiB`);

const missing = await missingIn(folder);
for (const fault of missing) console.error(fault);
if (missing.length > 0) process.exitCode = 1;
