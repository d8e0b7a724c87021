import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { settingsDoc } from '../src/lib/settings/doc';

/** `npm run docs`: writes docs/settings.md from the definitions of the settings. */
const file = join(process.cwd(), 'docs/settings.md');
const text = settingsDoc();
if (process.argv.includes('--check')) {
  if (readFileSync(file, 'utf8') === text) process.exit(0);
  console.error('docs/settings.md is stale: run npm run docs');
  process.exit(1);
}
writeFileSync(file, text);
