import { doubtfulSettings, ownSystemsHint, wrongSettings } from '../../local/own-systems';

// What npm start says of settings, before anything was asked of a system.
const settings = {
  AzureWebJobsStorage: 'UseDevelopmentStorage=true',
  LMS_SOURCES: 'openedx',
  LMS__openedx__kind: 'open-edx',
  LMS__openedx__baseUrl: 'https://lms.example.com',
  LMS__openedx__clientId: 'client',
  LMS__openedx__clientSecret: 'secret',
};
const hint = (more: Record<string, string> = {}): string => {
  const all = { ...settings, ...more };
  return ownSystemsHint('http://localhost:7071', false, wrongSettings(all), doubtfulSettings(all));
};

test('one learning platform is enough to begin with: it says what to try, and what is missing for a real run', () => {
  expect(hint()).toMatch(/LD__baseUrl is missing: no destination is set up, so only dry runs work/);
  expect(hint()).toContain('dryRun');
  expect(hint()).not.toContain('Correct this first');
});

test('a name that is nearly a setting’s is told beside what is wrong', () => {
  const said = hint({ LMS__openedx__kind: 'moodle', CATALOG_SHEDULE: '0 0 3 * * *' });
  expect(said).toContain('Correct this first');
  expect(said).toMatch(/LMS__openedx__kind must be/);
  expect(said).toContain('CATALOG_SHEDULE is not a setting; did you mean CATALOG_SCHEDULE?');
  expect(said).not.toContain('dryRun');
});
