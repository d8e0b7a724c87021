import { sharedSourceDefinitions } from '../../src/lib/settings/read-sources';
import { sourceKinds } from '../../src/lib/sources/registry';
import { problemsOf } from './one-source';

/** What is unknown of a source of the kind, of which this is set. */
const unknown = (id: string, kind: string, values: Readonly<Record<string, string>>): string[] =>
  problemsOf(id, kind, values).flatMap(({ setting, message }) =>
    message.startsWith('is unknown') ? [`${setting} ${message}`] : [],
  );

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
