import { readSettings } from '../../src/lib/settings';
import type { SettingsProblem } from '../../src/lib/errors';

/** What is wrong with the settings of the one source of an app whose others are right. */
export function problemsOf(
  id: string,
  kind: string,
  values: Readonly<Record<string, string>>,
): readonly SettingsProblem[] {
  const prefix = `LMS__${id}__`;
  const result = readSettings({
    AzureWebJobsStorage: 'UseDevelopmentStorage=true',
    LMS_SOURCES: id,
    [`${prefix}kind`]: kind,
    ...Object.fromEntries(Object.entries(values).map(([name, value]) => [prefix + name, value])),
    LD__baseUrl: 'https://ld.example.com',
    LD__submittedBy: 'x',
    LD__auth: 'managed-identity',
    LD__scope: 's',
  });
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  const [source] = result.settings.sources;
  return source && !source.ok ? source.problems : [];
}
