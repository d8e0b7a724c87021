import { zoned } from '../zone';
import type { AcademyOptions } from './options';

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const longMonths =
  'January,February,March,April,May,June,July,August,September,October,November,December'.split(',');

/** The forms of the vendor's samples. Those that have no time are last. */
export const dateForms = [
  'Aug 26, 2020 12:00 AM',
  '2021-01-01 12:00:00',
  '2020-08-03T10:02:33.000000Z',
  '21st Jan, 2020 12:00 PM',
  'April 15, 2025 03:20 PM',
  'Aug 09, 2020',
  '10-Aug-2020',
  '03 Aug 2020',
  '22-02-2022',
] as const;
export type DateForm = (typeof dateForms)[number];

/** A time in one of the forms, by the clock of the zone. @param ms milliseconds since 1970. */
export function written(ms: number, form: DateForm, timeZone: string): string {
  const { year, month, day, hour, minute, second } = zoned(ms, timeZone);
  const two = (n: number): string => String(n).padStart(2, '0');
  const name = months[month - 1];
  const clock = `${two(hour % 12 || 12)}:${two(minute)} ${hour < 12 ? 'AM' : 'PM'}`;
  switch (form) {
    case 'Aug 26, 2020 12:00 AM':
      return `${name} ${two(day)}, ${year} ${clock}`;
    case '2021-01-01 12:00:00':
      return `${year}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}:${two(second)}`;
    case '2020-08-03T10:02:33.000000Z':
      return `${new Date(ms).toISOString().slice(0, 19)}.000000Z`;
    case '21st Jan, 2020 12:00 PM':
      return `${day}${ordinal(day)} ${name}, ${year} ${clock}`;
    case 'April 15, 2025 03:20 PM':
      return `${longMonths[month - 1]} ${day}, ${year} ${clock}`;
    case 'Aug 09, 2020':
      return `${name} ${two(day)}, ${year}`;
    case '10-Aug-2020':
      return `${two(day)}-${name}-${year}`;
    case '03 Aug 2020':
      return `${two(day)} ${name} ${year}`;
    case '22-02-2022':
      return `${two(day)}-${two(month)}-${year}`;
  }
}

/** @param place which form it is, when they are mixed. */
export function dateText(ms: number | null, place: number, { dates, timeZone }: AcademyOptions): string {
  if (ms === null) return '';
  const form = dates === 'iso' ? '2020-08-03T10:02:33.000000Z' : dateForms[place % dateForms.length];
  return written(ms, form as DateForm, timeZone);
}

const ordinal = (day: number): string =>
  day % 100 >= 11 && day % 100 <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][day % 10] ?? 'th');
