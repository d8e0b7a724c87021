import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addressBook } from '../../../src/lib/sources/open-edx/address-book';

const folder = mkdtempSync(join(tmpdir(), 'lms-bridge-addresses-'));
const file = join(folder, 'learners.csv');
afterAll(() => rmSync(folder, { recursive: true }));
const setting = 'LMS__openedx__addresses';

test('finds an address by the name at the source, whatever the case', () => {
  writeFileSync(file, '\uFEFFusername,email\r\nSam,Sam.Lee@example.com\r\n"kim","kim@example.com"\r\n\r\n');
  const addressOf = addressBook(file, setting);
  expect(addressOf('sam')).toBe('sam.lee@example.com');
  expect(addressOf(' KIM ')).toBe('kim@example.com');
  expect(addressOf('nobody')).toBeUndefined();
});

test('takes up a changed file by itself', () => {
  writeFileSync(file, 'sam,sam@example.com\n');
  let now = 0;
  const addressOf = addressBook(file, setting, () => now);
  writeFileSync(file, 'sam,sam.new@example.com\n');
  utimesSync(file, new Date(), new Date(Date.now() + 5_000));
  expect(addressOf('sam')).toBe('sam@example.com');
  now = 11_000;
  expect(addressOf('sam')).toBe('sam.new@example.com');
});

test.each([
  ['a missing file', undefined, /LMS__openedx__addresses names the file .* cannot be read \(ENOENT\)/],
  ['a line of another form', 'username,email\nsam;sam@example.com', /line 2 of .* is not username,email$/],
])('says what is wrong with %s, and quotes no address', (_, text, message) => {
  rmSync(file, { force: true });
  if (text !== undefined) writeFileSync(file, text);
  expect(() => addressBook(file, setting)).toThrow(message);
  expect(() => addressBook(file, setting)).not.toThrow(/@/);
});
