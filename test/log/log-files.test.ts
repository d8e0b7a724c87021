import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '../../src/lib/log';
import { createLogFiles } from '../../src/lib/log-files';

const day = 86_400_000;
const firstDay = Date.parse('2026-11-20T10:00:00Z');
let directory: string;
let now = firstDay;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lms-bridge-test-'));
  now = firstDay;
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const read = (name: string): string => readFileSync(join(directory, name), 'utf8');
const writer = (): ((name: string, line: string) => void) => createLogFiles({ directory, now: () => now });

test('each category has its own file, and lines of none have no file', () => {
  const write = jest.fn();
  const log = createLogger({ level: 'info', write, directory, now: () => now });
  log.info({ kind: 'catalog' }, 'one');
  log.info({ kind: 'consumption' }, 'two');
  log.info({}, 'three');
  expect(write).toHaveBeenCalledTimes(3);
  expect(readdirSync(directory).sort()).toEqual(['course_catalog.log', 'course_consumption.log']);
  expect(JSON.parse(read('course_catalog.log'))).toMatchObject({
    message: 'one',
    category: 'course_catalog',
  });
});

test('a new day turns the file over', () => {
  const write = writer();
  write('course_catalog', 'first\n');
  now = Date.parse('2026-11-20T23:59:59Z');
  write('course_catalog', 'second');
  now = Date.parse('2026-11-21T00:00:00Z');
  write('course_catalog', 'third');
  expect(read('course_catalog.log')).toBe('third\n');
  expect(read('course_catalog.log.2026-11-20')).toBe('first\nsecond\n');
});

test('ten old files are kept, and other files left alone', () => {
  writeFileSync(join(directory, 'course_catalog.log.txt'), 'mine');
  const write = writer();
  for (let n = 0; n < 15; n++, now += day) write('course_catalog', `day ${n}`);
  const files = readdirSync(directory).sort();
  expect(files.filter((name) => /\d$/.test(name))).toEqual(
    [24, 25, 26, 27, 28, 29, 30]
      .map((each) => `course_catalog.log.2026-11-${each}`)
      .concat(['01', '02', '03'].map((each) => `course_catalog.log.2026-12-${each}`)),
  );
  expect(files).toContain('course_catalog.log');
  expect(files).toContain('course_catalog.log.txt');
});

test('a file of an earlier day is turned over at the first line after a start', () => {
  writeFileSync(join(directory, 'course_catalog.log'), 'old\n');
  utimesSync(join(directory, 'course_catalog.log'), (now - 3 * day) / 1000, (now - 3 * day) / 1000);
  writer()('course_catalog', 'new');
  expect(read('course_catalog.log.2026-11-17')).toBe('old\n');
  expect(read('course_catalog.log')).toBe('new\n');
});

test('of two processes one turns the file over, and no line is lost', () => {
  const one = writer();
  const two = writer();
  one('course_catalog', 'a');
  two('course_catalog', 'b');
  now += day;
  one('course_catalog', 'c');
  two('course_catalog', 'd');
  expect(read('course_catalog.log.2026-11-20')).toBe('a\nb\n');
  expect(read('course_catalog.log')).toBe('c\nd\n');
});

test('a folder that cannot be written does not stop the work', () => {
  writeFileSync(join(directory, 'file'), '');
  const write = createLogFiles({ directory: join(directory, 'file'), now: () => now });
  expect(() => write('course_catalog', 'x')).not.toThrow();
});
