import { createApp } from '../lib/app';
import { firstDestination } from '../lib/domain/feed';
import type { SettingsProblem } from '../lib/errors';
import { readSettings } from '../lib/settings';
import type { Settings } from '../lib/settings/types';
import { checkDestination } from './check-destination';
import { checkSource } from './check-source';
import { checkStorage } from './check-storage';
import type { Finding } from './finding';
import { ProgressLine } from './progress-line';
import { table } from './table';
import { type Colour, painter, type Terminal } from './terminal';

const colours: Record<Finding['result'], Colour> = { ok: 'green', unsure: 'yellow', wrong: 'red' };

/**
 * Tries every setting and system, and says of each what is wrong and what to do.
 * @returns 0, or 1 when anything is wrong.
 */
export async function check({ json }: { readonly json: boolean }, terminal: Terminal): Promise<number> {
  const { stdout, stderr } = terminal;
  const env = terminal.environment();
  let doing = 'Checking the settings …';
  const line = new ProgressLine(stderr, () => doing);
  try {
    const findings = await look(terminal, (what) => (doing = `Checking ${what} …`));
    line.end();
    const isWell = findings.every(({ result }) => result !== 'wrong');
    if (json) stdout.write(`${JSON.stringify({ ok: isWell, checks: findings })}\n`);
    else {
      const paint = painter(stdout, env);
      const rows = findings.map(({ what, result, detail }) => [what, result, detail]);
      const text = table([['what', 'result', 'what was seen, or what to do'], ...rows]);
      const word = /^(\S+(?: {1,2}\S+)*)( {3,})(ok|unsure|wrong)(?= {3})/gm;
      stdout.write(
        text.replace(
          word,
          (_, what: string, gap: string, result: Finding['result']) =>
            `${what}${gap}${paint(colours[result], result)}`,
        ),
      );
    }
    return isWell ? 0 : 1;
  } finally {
    line.end();
  }
}

/** Both may answer well: a destination that is one of the sources is found by its address alone. */
function sharedAddresses({ sources, destinations }: Settings): SettingsProblem[] {
  const idOf = new Map(sources.flatMap((one) => (one.ok ? [[one.settings.baseUrl, one.id] as const] : [])));
  return destinations.flatMap((one) => {
    const address = one.ok && 'baseUrl' in one.settings ? String(one.settings.baseUrl) : '';
    const source = idOf.get(address);
    if (!one.ok || source === undefined) return [];
    const message = `is the address of the source ${source} too; set it to the destination's own`;
    return [{ setting: `${one.settings.prefix}baseUrl`, message }];
  });
}

async function look(terminal: Terminal, onto: (what: string) => void): Promise<Finding[]> {
  const env = terminal.environment();
  const signal = terminal.interrupted;
  const read = readSettings(env);
  const problems = read.ok
    ? [...read.settings.sources, ...read.settings.destinations].flatMap((one) => (one.ok ? [] : one.problems))
    : read.problems;
  const findingOf =
    (result: Finding['result']) =>
    ({ setting, message }: SettingsProblem): Finding => ({ what: setting, result, detail: message });
  const wrong = [...problems, ...(read.ok ? sharedAddresses(read.settings) : [])].map(findingOf('wrong'));
  const unsure = (read.ok ? read.settings : read).warnings.map(findingOf('unsure'));
  if (!read.ok) return [...wrong, ...unsure];
  const { settings } = read;
  const findings: Finding[] = [];
  if (wrong.length + unsure.length === 0)
    findings.push({ what: 'settings', result: 'ok', detail: 'all can be used' });
  if (settings.sources.length === 0)
    findings.push({
      what: 'LMS_SOURCES',
      result: 'unsure',
      detail: 'names no source; nothing will be synced',
    });
  const app = createApp(env, { writeLog: () => undefined });
  onto('the storage account');
  findings.push(...wrong, ...unsure, await checkStorage(app.storage));
  for (const { id, ok } of settings.sources) {
    if (!ok) continue;
    onto(`the source ${id}`);
    findings.push(
      ...(await checkSource(
        () => app.engine.openSource(id),
        id,
        signal,
        () => app.engine.now(),
      )),
    );
  }
  for (const entry of settings.destinations) {
    if (!entry.ok) continue;
    onto(entry.id === firstDestination ? 'the L&D services' : `the destination ${entry.id}`);
    findings.push(...(await checkDestination(entry, signal)));
  }
  return findings;
}
