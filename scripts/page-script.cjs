// Bundles what a page does in the browser. Run by itself, `node scripts/page-script.cjs`, it puts the bundle into the
// app that tsc has built, in dist/ or in the folder that is named: tsc knows no bundles.
const { buildSync, transformSync } = require('esbuild');
const { readFileSync, writeFileSync } = require('node:fs');
const { join, resolve } = require('node:path');

const root = resolve(__dirname, '..');
const status = 'src/lib/api/status';
let made;

/** The module that serves the script. */
const served = join(root, status, 'script.ts');

/** For esbuild's `define`, wherever that module is compiled. */
function pageScript() {
  made ??= buildSync({
    entryPoints: [join(root, status, 'browser/page.ts')],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    // Names stay as they are: people read them, in a browser's console.
    minifySyntax: true,
    minifyWhitespace: true,
  }).outputFiles[0].text;
  return { PAGE_SCRIPT: JSON.stringify(made) };
}

module.exports = { pageScript, served };

if (require.main === module) {
  const { code } = transformSync(readFileSync(served, 'utf8'), {
    loader: 'ts',
    format: 'cjs',
    define: pageScript(),
  });
  const [built = join(root, 'dist')] = process.argv.slice(2);
  writeFileSync(join(built, status, 'script.js'), code);
}
