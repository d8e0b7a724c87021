import { wantedVersion } from './compiler.mjs';
import { run } from './run.mjs';

/** What depends on which API versions a compiler knows, and so is asked of the wanted one alone. */
const ofItsVersion = /: Warning (BCP081|use-recent-api-versions): /;

/**
 * Every file below infra/, whether something uses it or not.
 * @param {{ path: string, version: string }} compiler
 * @returns {Promise<string[]>} what the compiler and its linter say of it, a line each.
 */
export async function lint({ path, version }, folder) {
  const { ok, text } = await run(path, ['lint', '--pattern', `${folder}/**/*.bicep`]);
  const said = text.split('\n').filter((line) => line.trim() !== '');
  if (!ok && said.length === 0) return ['The compiler ended without a word.'];
  // A file that several others use is told of as often.
  return [...new Set(said)].filter((line) => version === wantedVersion || !ofItsVersion.test(line));
}
