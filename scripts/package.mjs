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

const root = resolve(import.meta.dirname, '..');
const own = join(root, '.package');
const folder = resolve(process.argv[2] ?? own);
const cli = existsSync(join(root, 'src/cli/main.ts'));

// The order in which the host would load the files of `main` itself.
const files = ['src/index.ts', ...globSync('src/functions/*.ts', { cwd: root }).sort()];
const entry = files.map((file) => `import './${file.replaceAll('\\', '/')}';`).join('\n');

const options = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node24',
  // The host answers for it while it loads the app.
  external: ['@azure/functions-core'],
  // Some packages ask where they are: without a value for it the bundle throws while it loads.
  define: { 'import.meta.url': '__importMetaUrl' },
  banner: {
    js: [
      "const __importMetaUrl = require('node:url').pathToFileURL(__filename).href;",
      'process.setSourceMapsEnabled(true);',
    ].join('\n'),
  },
  minify: true,
  // Names of error classes are read by people, in logs.
  keepNames: true,
  sourcemap: true,
  sourcesContent: false,
  legalComments: 'linked',
  logLevel: 'warning',
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
    metafile: true,
  }),
];
if (cli)
  results.push(
    await build({
      ...options,
      entryPoints: ['src/cli/main.ts'],
      outfile: join(folder, 'cli.js'),
      metafile: true,
    }),
  );

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
