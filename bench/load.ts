import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/*
 * How long a cold instance takes to load the app: the packaged bundle, against requiring its libraries as they are
 * installed. Each in a process of its own, in turn, so that a slow moment of the machine meets both.
 */
const root = join(__dirname, '../..');
const libraries = [
  '@azure/functions',
  '@azure/identity',
  '@azure/keyvault-secrets',
  '@azure/data-tables',
  '@azure/storage-queue',
  'undici',
  'pino',
  'zod',
  'croner',
];
const rounds = 9;

function milliseconds(code: string): number {
  const timed = `const start = performance.now(); ${code}; console.log(performance.now() - start); process.exit(0)`;
  const output = execFileSync(process.execPath, ['-e', timed], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return Number(output.toString().trim().split('\n').at(-1));
}

const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? NaN;

function main(): void {
  const folder = mkdtempSync(join(tmpdir(), 'lms-bridge-package-'));
  try {
    execFileSync(process.execPath, [join(root, 'scripts/package.mjs'), folder], { cwd: root });
    const bundle: number[] = [];
    const unbundled: number[] = [];
    for (let i = 0; i < rounds; i++) {
      bundle.push(milliseconds(`require(${JSON.stringify(join(folder, 'main.js'))})`));
      unbundled.push(milliseconds(libraries.map((name) => `require('${name}')`).join(';')));
    }
    const ratio = median(bundle) / median(unbundled);
    console.log(`| packaged app, median of ${rounds} | ${median(bundle).toFixed(0)} ms | |`);
    console.log(`| its libraries, unbundled | ${median(unbundled).toFixed(0)} ms | |`);
    console.log(`| load, against the libraries | ${ratio.toFixed(2)}× | ≤ 0.5× |`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

main();
