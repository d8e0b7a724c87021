import { run } from './run.mjs';

/**
 * Every file below infra/, whether something uses it or not.
 * @returns {Promise<string[]>} what the compiler and its linter say of it, a line each.
 */
export async function lint(compiler, folder) {
  const { ok, text } = await run(compiler, ['lint', '--pattern', `${folder}/**/*.bicep`]);
  // A file that several others use is told of as often.
  const found = [...new Set(text.split('\n').filter((line) => line.trim() !== ''))];
  return ok || found.length > 0 ? found : ['The compiler ended without a word.'];
}
