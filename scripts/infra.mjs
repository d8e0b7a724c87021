// Compiles and lints infra/ with the real Bicep compiler, and compares what would be deployed with infra/snapshots.
// `npm run infra`, or `npm run infra -- --update` to write the snapshots. Exits 1 when something is wrong, 2 when there
// is no compiler.
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { findCompiler, wantedVersion } from './infra/compiler.mjs';
import { format } from './infra/format.mjs';
import { writeInputs } from './infra/inputs.cjs';
import { lint } from './infra/lint.mjs';
import { snapshot } from './infra/snapshot.mjs';

const root = resolve(import.meta.dirname, '..');
const folder = join(root, 'infra');
const update = process.argv.includes('--update');

const compiler = await findCompiler(join(root, '.bicep'));
if (!compiler.path) {
  console.error(compiler.why);
  process.exit(2);
}
console.log(`Bicep ${compiler.version} (${compiler.path})`);

const variants = readdirSync(join(folder, 'snapshots'))
  .filter((name) => name.endsWith('.env'))
  .map((name) => name.replace(/\.env$/, ''));
const checks = [
  ['infra/ has no warning', () => lint(compiler, folder)],
  ['infra/ is formatted', () => format(compiler.path, folder, update)],
  ...variants.map((variant) => [
    update ? `snapshot ${variant} is written` : `what ${variant} would deploy is as in its snapshot`,
    () => snapshot(compiler.path, folder, variant, update),
  ]),
];

const outcomes = await Promise.all(checks.map(([, check]) => check()));
for (const [i, faults] of outcomes.entries()) {
  console.log(`${faults.length === 0 ? 'ok    ' : 'failed'} ${checks[i][0]}`);
  for (const fault of faults) console.log(`       ${fault.replaceAll(`${root}/`, '')}`);
}
const failed = outcomes.filter((faults) => faults.length > 0).length;
if (failed === 0 && update) writeInputs(folder);
if (failed > 0 && compiler.version !== wantedVersion)
  console.log(`The project is checked with Bicep ${wantedVersion}; another one may judge otherwise.`);
// The form in which jest ends, so that one reader counts both.
const passed = outcomes.length - failed;
console.log(`Tests: ${failed > 0 ? `${failed} failed, ` : ''}${passed} passed, ${outcomes.length} total`);
process.exitCode = failed > 0 ? 1 : 0;
