import { Cron } from 'croner';

/** When a timer is due, in UTC. */
export interface Schedule {
  /** The first occurrence after `after` (milliseconds since 1970), or undefined when there is none. */
  next(after: number): number | undefined;
}

const names: Record<number, string> = {
  4: 'jan feb mar apr may jun jul aug sep oct nov dec',
  5: 'sun mon tue wed thu fri sat',
};
const highest = [59, 59, 23, 31, 12, 6];

/**
 * Reads a six-field NCRONTAB expression (second minute hour day month weekday), the form of a timer trigger.
 * It differs from cron: a day must match day of month AND day of week, `5/10` means from 5 on, Sunday is 0
 * alone, and there is no L, W, # or ?. See https://github.com/atifaziz/NCrontab/wiki/Crontab-Expression
 * @throws Error in one sentence
 */
export function parseSchedule(text: string): Schedule {
  const fields = text.trim().split(/\s+/);
  if (fields.length !== 6)
    throw new Error(`the schedule "${text}" must have six fields: second minute hour day month weekday`);
  const pattern = fields.map((field, index) => normalise(field, index, text)).join(' ');
  let cron: Cron;
  try {
    cron = new Cron(pattern, { mode: '6-part', timezone: 'UTC', domAndDow: true, paused: true });
  } catch (error) {
    const reason = (error as Error).message.replace(/^CronPattern: /, '');
    throw new Error(`the schedule "${text}" is not NCRONTAB: ${reason}`, { cause: error });
  }
  if (!cron.nextRun()) throw new Error(`the schedule "${text}" never comes due`);
  return { next: (after) => cron.nextRun(new Date(after))?.getTime() };
}

function normalise(field: string, index: number, whole: string): string {
  const word = names[index]?.split(' ').join('|');
  const value = word ? `(?:\\d+|${word})` : '\\d+';
  const part = new RegExp(`^(?:\\*|${value}(?:-${value})?)(?:/\\d+)?$`, 'i');
  const parts = field.split(',');
  const bad = parts.find((each) => !part.test(each) || (index === 5 && /(?<!\/)\b7\b/.test(each)));
  if (bad !== undefined) throw new Error(`the schedule "${whole}" is not NCRONTAB: "${bad}" cannot be read`);
  return parts.map((each) => each.replace(/^(\w+)\/(\d+)$/, `$1-${highest[index]}/$2`)).join(',');
}
