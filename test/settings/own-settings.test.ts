import { readSettings } from '../../src/lib/settings';
import { sharedSourceDefinitions } from '../../src/lib/settings/read-sources';
import { sourceKinds } from '../../src/lib/sources/registry';

/** What is unknown of a source of the kind, of which this is set. */
function unknown(id: string, kind: string, values: Readonly<Record<string, string>>): string[] {
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
  if (!source || source.ok) return [];
  return source.problems.flatMap(({ setting, message }) =>
    message.startsWith('is unknown') ? [`${setting} ${message}`] : [],
  );
}

test('a setting of another vendor is refused by its name', () =>
  expect(unknown('tbook', 't-book', { grades: 'bulk' })).toEqual([
    'LMS__tbook__grades is unknown; take it out',
  ]));

const all = Object.values(sourceKinds).flatMap(({ definitions }) => Object.keys(definitions));

test.each(Object.entries(sourceKinds))('%s takes its own settings and no others', (kind, { definitions }) => {
  const own = Object.keys({ ...sharedSourceDefinitions, ...definitions });
  const others = [...new Set(all)].filter((name) => !own.includes(name));
  const given = Object.fromEntries([...own, ...others].map((name) => [name, 'x']));
  const told = unknown('one', kind, { ...given, kind });
  expect(told.map((one) => one.split(' ')[0]).sort()).toEqual(
    others.map((name) => `LMS__one__${name}`).sort(),
  );
});
