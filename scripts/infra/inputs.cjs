// What the snapshots were made of, so that a stale one is seen where there is no compiler.
const { createHash } = require('node:crypto');
const { globSync, readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

const fileOf = (folder) => join(folder, 'snapshots', 'inputs.json');

/** A hash of each file that the compiler reads, by path below the folder. */
function hashInputs(folder) {
  const files = globSync('**/*.{bicep,bicepparam,env}', { cwd: folder }).map((file) =>
    file.replaceAll('\\', '/'),
  );
  return Object.fromEntries(
    files.sort().map((file) => {
      const text = readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n');
      return [file, createHash('sha256').update(text).digest('hex').slice(0, 16)];
    }),
  );
}

const readInputs = (folder) => JSON.parse(readFileSync(fileOf(folder), 'utf8'));
const writeInputs = (folder) =>
  writeFileSync(fileOf(folder), `${JSON.stringify(hashInputs(folder), null, 2)}\n`);

module.exports = { hashInputs, readInputs, writeInputs };
