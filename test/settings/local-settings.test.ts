import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readLocalSettings, withEnvironment } from '../../src/lib/settings/local-settings';

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'lms-bridge-test-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));
const write = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text);

describe('local.settings.json', () => {
  test('gives its Values as texts', async () => {
    await write('local.settings.json', '\uFEFF{"IsEncrypted":false,"Values":{"A":"x","B":5,"C":true}}');
    expect(readLocalSettings(folder)).toEqual({ A: 'x', B: '5', C: 'true' });
  });

  test('may be missing', () => expect(readLocalSettings(folder)).toBeUndefined());

  test('that is bad JSON is one sentence with the line and without the text around it', async () => {
    await write('local.settings.json', '{\n"Values": {\n "KEY": "hunter2" "x"\n}}');
    const failure = (): unknown => readLocalSettings(folder);
    expect(failure).toThrow('local.settings.json is not valid JSON at line 3: repair it or remove it');
    expect(failure).not.toThrow('hunter2');
  });

  test.each([
    ['{"IsEncrypted":true,"Values":{}}', 'is encrypted'],
    ['{"Values":{"LMS":{"a":1}}}', 'the value of "LMS" must be a text'],
    ['{"Values":[]}', '"Values" must be an object'],
    ['[]', 'must hold a JSON object'],
  ])('%s is refused', async (text, message) => {
    await write('local.settings.json', text);
    expect(() => readLocalSettings(folder)).toThrow(message);
  });

  test('is beaten by the environment', () =>
    expect(withEnvironment({ A: 'file', B: 'file' }, { B: 'environment', C: undefined })).toEqual({
      A: 'file',
      B: 'environment',
    }));
});
