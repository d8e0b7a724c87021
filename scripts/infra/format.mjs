import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './run.mjs';
import { inCopy } from './copy.mjs';

/**
 * Formats a copy, and compares; with `update` the files themselves.
 * @returns {Promise<string[]>} the files that the formatter would change.
 */
export async function format(compiler, folder, update) {
  const formatted = async (where) => {
    for (const ending of ['bicep', 'bicepparam']) {
      const { ok, text } = await run(compiler, ['format', '--pattern', `${where}/**/*.${ending}`]);
      if (!ok) return [text.trim()];
    }
    return globSync('**/*.{bicep,bicepparam}', { cwd: folder })
      .filter((file) => textOf(join(folder, file)) !== textOf(join(where, file)))
      .map((file) => `infra/${file} is not as \`bicep format\` writes it: npm run infra -- --update`);
  };
  return update ? formatted(folder) : inCopy(folder, formatted);
}

const textOf = (path) => readFileSync(path, 'utf8').replaceAll('\r\n', '\n');
