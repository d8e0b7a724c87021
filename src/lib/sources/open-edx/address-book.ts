import { readFileSync, statSync } from 'node:fs';
import { CsvError, parseCsv, type CsvRecord } from '../../csv';
import { SettingsError } from '../../errors';
import { decodeText, TextFileError } from '../../text-file';

/**
 * Learners' addresses by their name at the source, from a CSV file of `username,email` lines (a first line of
 * those words is a heading). A stock Open edX tells no addresses with its grades. The file is read again when it
 * has changed, at most every ten seconds.
 * @param setting the name of the setting, for messages. @throws SettingsError when it cannot be read.
 */
export function addressBook(path: string, setting: string, now: () => number = Date.now) {
  let addresses = read(path, setting);
  let modified = statSync(path).mtimeMs;
  let looked = now();
  return (username: string): string | undefined => {
    if (now() - looked > 10_000) {
      looked = now();
      const at = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? modified;
      if (at !== modified) addresses = read(path, setting);
      modified = at;
    }
    return addresses.get(username.trim().toLowerCase());
  };
}

function read(path: string, setting: string): Map<string, string> {
  let text: string;
  try {
    text = decodeText(readFileSync(path));
  } catch (error) {
    if (error instanceof TextFileError)
      throw new SettingsError([{ setting, message: `names the file ${path}, which ${error.message}` }]);
    const { code } = error as NodeJS.ErrnoException;
    throw new SettingsError([{ setting, message: `names the file ${path}, which cannot be read (${code})` }]);
  }
  const wrong = (line: number, what: string): SettingsError =>
    new SettingsError([{ setting, message: `line ${line} of ${path} ${what}` }]);
  const addresses = new Map<string, string>();
  const records = recordsOf(text, wrong);
  const firstLine = records[0]?.line;
  for (const { line, cells } of records) {
    const [username, email, ...rest] = cells.map((cell) => cell.trim().toLowerCase());
    // The line's number, never its text: that is an address.
    if (line === firstLine && /^user[\s_-]?name$/.test(username ?? '')) continue;
    if (!username || !email?.includes('@') || rest.length > 0) throw wrong(line, 'is not username,email');
    addresses.set(username, email);
  }
  return addresses;
}

function recordsOf(text: string, wrong: (line: number, what: string) => Error): CsvRecord[] {
  try {
    return parseCsv(text);
  } catch (error) {
    throw error instanceof CsvError ? wrong(error.line, error.message) : error;
  }
}
