// Looks whether a packaged app has all that it needs: what lacks would else be missed in production alone.
const { build } = require('esbuild');
const { spawnSync } = require('node:child_process');
const { existsSync, globSync, readFileSync } = require('node:fs');
const { isBuiltin } = require('node:module');
const { basename, join } = require('node:path');

/** The host answers for it while it loads the app. */
const ofTheHost = '@azure/functions-core';

/** Whatever a file of the package imports, at once or at first use, is part of Node, of the host or of the package. */
async function missingIn(folder) {
  const { main, bin = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const programs = Object.values(bin);
  const named = [main, ...programs, 'host.json'].filter((file) => !existsSync(join(folder, file)));
  const faults = named.map((file) => `the package has no ${file}`);
  const files = globSync('*.js', { cwd: folder });
  const ask = ({ path, importer, kind }) => {
    if (kind === 'entry-point') return undefined;
    const own = path.startsWith('.') && existsSync(join(folder, path));
    if (!own && !isBuiltin(path) && path !== ofTheHost)
      faults.push(`${basename(importer)} needs ${path}, which is not in the package`);
    return { path, external: true };
  };
  await build({
    entryPoints: files.map((file) => join(folder, file)),
    bundle: true,
    write: false,
    outdir: join(folder, 'none'),
    platform: 'node',
    logLevel: 'silent',
    plugins: [{ name: 'ask', setup: ({ onResolve }) => onResolve({ filter: /./ }, ask) }],
  });
  return faults.length > 0
    ? faults
    : loading(
        folder,
        files.filter((file) => !programs.includes(file)),
      );
}

/** In a process of its own, without a setting. */
function loading(folder, files) {
  const load = `for (const file of ${JSON.stringify(files)}) require('./' + file); process.exit(0);`;
  const options = { cwd: folder, env: { PATH: process.env.PATH }, encoding: 'utf8' };
  const { status, stderr } = spawnSync(process.execPath, ['-e', load], options);
  return status === 0 ? [] : [`the package does not load: ${/^\w*Error.*/m.exec(stderr)?.[0] ?? stderr}`];
}

module.exports = { missingIn, ofTheHost };
