import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { run } from './run.mjs';

/** Which API versions are the newest, and what a snapshot looks like, is a matter of the compiler's version. */
export const wantedVersion = '0.49.2';

const restoreMs = 45_000;
const program = process.platform === 'win32' ? 'bicep.exe' : 'bicep';

/**
 * The compiler that BICEP names; else one of the wanted version (on PATH, the Azure CLI's, the cache, NuGet); else any
 * other that is there.
 * @param {string} cache folder in which a restored one is kept.
 * @returns {Promise<{ path?: string, version?: string, why?: string }>} why there is none, in a sentence.
 */
export async function findCompiler(cache) {
  const { BICEP, PATH = '', AZURE_CONFIG_DIR = join(homedir(), '.azure') } = process.env;
  if (BICEP) {
    const version = await versionOf(BICEP);
    return version ? { path: BICEP, version } : { why: `BICEP is ${BICEP}, which is no Bicep compiler.` };
  }
  const places = [...PATH.split(delimiter), join(AZURE_CONFIG_DIR, 'bin')].map((folder) =>
    join(folder, program),
  );
  const others = [];
  for (const path of places.filter((place) => existsSync(place))) {
    const version = await versionOf(path);
    if (version === wantedVersion) return { path, version };
    if (version) others.push({ path, version });
  }
  const path = await restore(cache);
  if (path) return { path, version: wantedVersion };
  return others[0] ?? { why: `infra/ was not compiled: ${nothing}` };
}

const nothing =
  `there is no Bicep compiler. Install one (\`az bicep install\`), name one in BICEP, or install the .NET SDK, ` +
  `which fetches Bicep ${wantedVersion} from NuGet.`;

async function versionOf(path) {
  const { ok, stdout } = await run(path, ['--version'], { timeoutMs: 10_000 });
  return ok ? /\bversion (\d+\.\d+\.\d+)/.exec(stdout)?.[1] : undefined;
}

/** Bicep's own package on NuGet, which holds the program; the .NET SDK checks its signature. */
async function restore(cache) {
  const system = { win32: 'win', darwin: 'osx', linux: 'linux' }[process.platform];
  const id = `Azure.Bicep.CommandLine.${system}-${process.arch}`;
  const path = join(cache, 'packages', id.toLowerCase(), wantedVersion, 'tools', program);
  if (!existsSync(path)) {
    mkdirSync(cache, { recursive: true });
    const project = join(cache, 'compiler.proj');
    writeFileSync(
      project,
      `<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>netstandard2.0</TargetFramework>
    <DisableImplicitFrameworkReferences>true</DisableImplicitFrameworkReferences>
  </PropertyGroup>
  <ItemGroup><PackageDownload Include="${id}" Version="[${wantedVersion}]" /></ItemGroup>
</Project>
`,
    );
    const env = { DOTNET_NOLOGO: '1', DOTNET_CLI_TELEMETRY_OPTOUT: '1', MSBUILDDISABLENODEREUSE: '1' };
    const args = ['restore', project, '--packages', join(cache, 'packages')];
    const { text } = await run('dotnet', args, { cwd: cache, env, timeoutMs: restoreMs });
    if (!existsSync(path))
      return void console.error(text.trim().split('\n').at(-1) || 'NuGet did not answer in time.');
    chmodSync(path, 0o755);
  }
  return (await versionOf(path)) ? path : undefined;
}
