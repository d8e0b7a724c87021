import { readSettings } from '../../src/lib/settings';

const read = (kind: string) => {
  const result = readSettings({
    AzureWebJobsStorage: 'UseDevelopmentStorage=true',
    LMS_SOURCES: 'one',
    LMS__one__kind: kind,
    LMS__one__baseUrl: 'https://lms.example.com',
    LMS__one__clientId: 'id',
    LMS__one__clientSecret: 'secret',
    LD__baseUrl: 'https://ld.example.com',
    LD__submittedBy: 'x',
    LD__auth: 'managed-identity',
    LD__scope: 's',
  });
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  const [source] = result.settings.sources;
  return source && !source.ok ? source.problems.map(({ setting }) => setting) : [];
};

test('a source without feeds needs no number at the L&D services; one with feeds does', () => {
  expect(read('t-book')).not.toContain('LMS__one__sourceSystemId');
  expect(read('khalibre')).toEqual(['LMS__one__sourceSystemId']);
});
