import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { differences } from './differences.mjs';
import { inCopy } from './copy.mjs';
import { run } from './run.mjs';

/** Made up: names and ids in a snapshot follow from them. */
const deployment = {
  '--subscription-id': '00000000-0000-0000-0000-000000000000',
  '--tenant-id': '11111111-1111-1111-1111-111111111111',
  '--location': 'westeurope',
  '--deployment-name': 'snapshot',
};

/**
 * What the template would deploy with the azd environment `snapshots/<variant>.env`, predicted by the compiler.
 * @returns {Promise<string[]>} what differs from `snapshots/<variant>.json`; with `update` that file is written.
 */
export async function snapshot(compiler, folder, variant, update) {
  const kept = join(folder, 'snapshots', `${variant}.json`);
  const env = parseEnv(readFileSync(join(folder, 'snapshots', `${variant}.env`), 'utf8'));
  const { faults, text } = await inCopy(folder, (copy) => predict(compiler, copy, env));
  if (faults.length > 0) return faults;
  if (update) {
    writeFileSync(kept, text);
    return [];
  }
  if (!existsSync(kept)) return [`There is no ${kept}: npm run infra -- --update`];
  const before = JSON.parse(readFileSync(kept, 'utf8'));
  const lines = differences(before, JSON.parse(text));
  return lines.length > 0 ? [...lines, 'If that is meant: npm run infra -- --update'] : [];
}

async function predict(compiler, copy, env) {
  const args = ['snapshot', join(copy, 'main.bicepparam'), '--mode', 'overwrite'];
  const { ok, text } = await run(compiler, [...args, ...Object.entries(deployment).flat()], { env });
  // What is wrong with the templates themselves is told by the linter.
  const said = text.split('\n').filter((line) => line.trim() !== '' && !/\.bicep\(.*: Warning /.test(line));
  if (!ok || said.length > 0)
    return { faults: said.length > 0 ? said : ['The compiler ended without a word.'] };
  const { predictedResources, diagnostics, outputs } = JSON.parse(
    readFileSync(join(copy, 'main.snapshot.json'), 'utf8'),
  );
  // They come in another order each time.
  const sorted = Object.fromEntries(Object.entries(outputs).sort(([a], [b]) => (a < b ? -1 : 1)));
  return {
    faults: diagnostics,
    text: `${JSON.stringify({ predictedResources, outputs: sorted }, null, 2)}\n`,
  };
}
