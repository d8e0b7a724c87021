import { buildSync } from 'esbuild';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(__dirname, '../..');

// In a process of its own: which authorities are trusted, and who one is, are matters of the whole process.
test('a secret is asked of the vault again after half a minute, and kept from then on', async () => {
  mkdirSync(join(root, 'dist'), { recursive: true });
  const folder = mkdtempSync(join(root, 'dist/test-vault-'));
  const outfile = join(folder, 'main.js');
  const how = { bundle: true, packages: 'external', platform: 'node', target: 'node22' } as const;
  buildSync({ entryPoints: [join(__dirname, 'vault-again-process.ts')], outfile, ...how });
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [outfile]);
    expect(JSON.parse(stdout)).toEqual({ seen: ['one', 'two', 'two', 'two', 'three', 'three'], reads: 3 });
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 30_000);
