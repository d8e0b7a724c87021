import { appendFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Old files kept beside today's. */
const kept = 10;

export interface LogFilesOptions {
  readonly directory: string;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/**
 * Log files that turn over each day (UTC), as logrotate names them: `NAME.log` is today's, and
 * `NAME.log.2026-11-20` that day's; ten old ones are kept. Several processes may write to the same folder.
 * Only for a machine that one person works on: it writes at once, and waits for the disk.
 * @returns the writer of one line. It never throws: work must not fail for its log.
 */
export function createLogFiles(options: LogFilesOptions): (name: string, line: string) => void {
  const { directory, now = Date.now } = options;
  const days = new Map<string, string>();
  return (name, line) => {
    const file = `${name}.log`;
    const today = dayOf(now());
    try {
      if (days.get(file) !== today) {
        mkdirSync(directory, { recursive: true });
        turnOver(directory, file, days.get(file), today);
        days.set(file, today);
      }
      appendFileSync(join(directory, file), line.endsWith('\n') ? line : `${line}\n`);
    } catch {
      // A full or missing disk; standard output has the line too.
    }
  };
}

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** @param known the day of the lines in the file, when this process wrote them. */
function turnOver(directory: string, file: string, known: string | undefined, today: string): void {
  const path = join(directory, file);
  if (!existsSync(path)) return;
  const day = known ?? dayOf(statSync(path).mtimeMs);
  const old = `${path}.${day}`;
  // When it is there, another process was first, and the file is today's by now.
  if (day >= today || existsSync(old)) return;
  renameSync(path, old);
  const past = readdirSync(directory).filter(
    (name) => name.startsWith(`${file}.`) && /^\d{4}-\d{2}-\d{2}$/.test(name.slice(file.length + 1)),
  );
  for (const name of past.sort().slice(0, -kept)) rmSync(join(directory, name), { force: true });
}
