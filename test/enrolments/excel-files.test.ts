import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signInRequest } from '../../src/lib/api/sign-in-request';
import { progressSearch } from '../../src/lib/api/sources/requests';
import { enrolmentRequest } from '../../src/lib/enrolments/request';
import { fromCsv } from '../../src/lib/enrolments/read-rows';
import { addressBook } from '../../src/lib/sources/open-edx/address-book';

/*
 * Files as Excel writes them, on computers of several regions.
 */

const utf8 = (text: string) => Buffer.from(text, 'utf8');
const utf16 = (text: string) => Buffer.from(`\uFEFF${text}`, 'utf16le');
const windows = (text: string) => Buffer.from(text, 'latin1');
const read = (bytes: Uint8Array) => {
  const rows = fromCsv(bytes);
  return rows.ok ? rows.rows.map(({ row, value }) => [row, value]) : rows.errors;
};
const jörg = {
  source: 'khalibre',
  courseId: 'c1',
  learner: { email: 'joerg@example.com', firstName: 'Jörg' },
};

test.each<readonly [string, Uint8Array]>([
  ['commas', utf8('source,courseId,email,firstName\nkhalibre,c1,joerg@example.com,Jörg\n')],
  ['semicolons', utf8('source;courseId;email;firstName\r\nkhalibre;c1;joerg@example.com;Jörg\r\n')],
  ['tabs', utf8('source\tcourseId\temail\tfirstName\nkhalibre\tc1\tjoerg@example.com\tJörg\n')],
  ['a mark of UTF-8', utf8('\uFEFFsource;courseId;email;firstName\nkhalibre;c1;joerg@example.com;Jörg')],
  [
    'UTF-16, as “Unicode Text” is saved',
    utf16('source\tcourseId\temail\tfirstName\r\nkhalibre\tc1\tjoerg@example.com\tJörg\r\n'),
  ],
  [
    'UTF-16 of the other order',
    utf16('source,courseId,email,firstName\nkhalibre,c1,joerg@example.com,Jörg').swap16(),
  ],
  [
    'UTF-16 without a mark',
    Buffer.from('source,courseId,email,firstName\nkhalibre,c1,joerg@example.com,Jörg', 'utf16le'),
  ],
  ['Windows-1252', windows('source;courseId;email;firstName\r\nkhalibre;c1;joerg@example.com;J\xF6rg\r\n')],
  [
    'a last line of commas',
    utf8('source,courseId,email,firstName\nkhalibre,c1,joerg@example.com,Jörg\n,,,\n,,,\n'),
  ],
  [
    'empty columns at the end',
    utf8('source,courseId,email,firstName,,\nkhalibre,c1,joerg@example.com,Jörg,,\n'),
  ],
  [
    'other names in the header',
    utf8('Source,Course ID,E-Mail,First Name\nkhalibre,c1,joerg@example.com,Jörg\n'),
  ],
  [
    'names with underscores',
    utf8('SOURCE,course_id,email_address,first_name\nkhalibre,c1,joerg@example.com,Jörg\n'),
  ],
])('%s', (_, bytes) => {
  expect(read(bytes)).toEqual([[2, jörg]]);
});

test('a first line that says the separator is no header', () => {
  expect(
    read(utf8('sep=;\r\nsource;courseId;email;firstName\r\nkhalibre;c1;joerg@example.com;Jörg\r\n')),
  ).toEqual([[3, jörg]]);
});

test.each<readonly [string, Uint8Array, RegExp]>([
  ['an Excel workbook', Buffer.from('PK\x03\x04rest'), /Excel workbook.*CSV UTF-8/],
  ['bytes of no encoding', Buffer.from([0x73, 0x81, 0xff, 0x2c]), /neither UTF-8, UTF-16 nor Windows-1252/],
  ['half a character of UTF-16', Buffer.from([0xff, 0xfe, 0x73, 0x00, 0x00, 0xd8]), /UTF-16LE/],
  [
    'a cell without a column',
    utf8('source,courseId,email\nkhalibre,c1,a@example.com,more\n'),
    /has 4 cells, and the header 3/,
  ],
  ['a column without a name', utf8('source,,email\nkhalibre,c1,a@example.com\n'), /is unknown/],
  [
    'the same column twice',
    utf8('email,E-Mail,source\na@example.com,b@example.com,khalibre\n'),
    /is there twice/,
  ],
])('%s is refused, with the line', (_, bytes, message) => {
  expect(read(bytes)).toEqual([
    expect.objectContaining({ row: expect.any(Number), message: expect.stringMatching(message) }),
  ]);
});

test.each([
  'jörg@bücher.example',
  'ann_example.com#EXT#@contoso.onmicrosoft.com',
  "o'hara+x@example.com",
  'ANN@EXAMPLE.COM',
])('the address %s is one', (email) => {
  expect(enrolmentRequest.safeParse({ source: 'a', learner: { email } }).success).toBe(true);
  const signIn = { source: 'a', type: 'link', learner: { email }, errorUrl: 'https://example.com/failed' };
  expect(signInRequest.safeParse(signIn).error).toBeUndefined();
  expect(progressSearch.safeParse({ learner: email }).error).toBeUndefined();
});

test.each([
  'ann',
  'ann@',
  '@example.com',
  'ann@example',
  'ann@b@example.com',
  'a nn@example.com',
  'ann@example.com;bob@example.com',
  'Ann <ann@example.com>',
  'ann@example.',
])('the address %s is none', (email) => {
  const parsed = enrolmentRequest.safeParse({ source: 'a', learner: { email } });
  expect(parsed.error?.issues).toEqual([expect.objectContaining({ message: 'must be a mail address' })]);
});

test('the book of addresses is read in the same ways', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'addresses-')), 'addresses.csv');
  for (const bytes of [
    utf16('User name\tE-Mail\r\njörg\tjoerg@example.com\r\n'),
    windows('username;email\r\nj\xF6rg;joerg@example.com\r\n;\r\n'),
  ]) {
    writeFileSync(path, bytes);
    expect(addressBook(path, 'LMS__openedx__addresses')('Jörg')).toBe('joerg@example.com');
  }
  writeFileSync(path, 'PK\x03\x04');
  expect(() => addressBook(path, 'LMS__openedx__addresses')).toThrow(
    /LMS__openedx__addresses.*Excel workbook/,
  );
});
