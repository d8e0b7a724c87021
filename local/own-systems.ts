import { pathTo } from '../src/lib/api/operations/operation';
import { runOperations } from '../src/lib/api/operations/runs';
import { readSettings } from '../src/lib/settings';
import type { AppSettings } from '../src/lib/settings/local-settings';

/** What is wrong with the settings, of the app and of single systems, a line each. */
export function wrongSettings(settings: AppSettings): string[] {
  const read = readSettings(settings);
  const { sources, destinations } = read.ok ? read.settings : { sources: [], destinations: [] };
  const ofOne = [...sources, ...destinations].flatMap((entry) => (entry.ok ? [] : entry.problems));
  return [...(read.ok ? [] : read.problems), ...ofOne].map(({ setting, message }) => `${setting} ${message}`);
}

/** What of the settings stops nothing and needs a look, a line each. */
export function doubtfulSettings(settings: AppSettings): string[] {
  const read = readSettings(settings);
  return (read.ok ? read.settings : read).warnings.map(({ setting, message }) => `${setting} ${message}`);
}

/**
 * What to read before the first sync of real systems.
 * @param wrong what must be corrected first. @param doubtful what needs a look.
 */
export function ownSystemsHint(
  url: string,
  timers: boolean,
  wrong: readonly string[],
  doubtful: readonly string[] = [],
): string {
  const look =
    doubtful.length > 0 ? ['  This needs a look:', ...doubtful.map((line) => `    ${line}`), ''] : [];
  if (wrong.length > 0)
    return [
      'Your own systems, from local.settings.json. Correct this first, and start again:',
      '',
      ...wrong.map((line) => `  ${line}`),
      '',
      ...look,
      '  docs/settings.md says what each setting is; npx lms-bridge check tries them all.',
      '',
    ].join('\n');
  return [
    'Your own systems, from local.settings.json. Nothing was sent yet.',
    '',
    ...look,
    '  Try first what a sync would do, without sending anything:',
    `    curl -X POST ${url}/api/${pathTo(runOperations.resync)} -H 'content-type: application/json' -d '{"dryRun": true}'`,
    `    curl ${url}/api/${pathTo(runOperations.listRuns)}`,
    '',
    timers ? '  The timers are on.' : '  The timers are off. To sync on schedule:  npm start -- --timers',
    '',
  ].join('\n');
}
