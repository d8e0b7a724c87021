import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Does something with a copy of a folder, which is thrown away. */
export async function inCopy(folder, work) {
  const copy = mkdtempSync(join(tmpdir(), 'lms-bridge-infra-'));
  try {
    cpSync(folder, copy, { recursive: true });
    return await work(copy);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
