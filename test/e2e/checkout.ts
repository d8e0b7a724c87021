import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(__dirname, '../..');

export interface Checkout {
  readonly folder: string;
  remove(): void;
}

/** What git has of the project but its tests, as `git clone` and `npm ci` leave it: nothing is built. */
export function checkout(): Checkout {
  const folder = mkdtempSync(join(tmpdir(), 'lms-bridge-checkout-'));
  const listed = execFileSync('git', ['ls-files', '-z', '--', ':!test'], { cwd: root }).toString();
  for (const file of listed.split('\0').filter(Boolean)) cpSync(join(root, file), join(folder, file));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
