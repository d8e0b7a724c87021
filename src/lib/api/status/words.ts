import { toMs, type Utc } from '../../domain/time';
import { html, type Html } from './html';

const units = [
  ['day', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
] as const;

/** “41 s”, “12 min”, “3 h”, “5 days”. @param ms of either sign; its size alone counts. */
export function span(ms: number): string {
  const seconds = Math.round(Math.abs(ms) / 1_000);
  // Two of a unit are still told in the smaller one: “90 min” says more than “2 h”.
  const [unit, size] = units.find(([, least]) => seconds >= least * (least === 1 ? 0 : 2)) ?? units[3];
  const n = Math.round(seconds / size);
  return `${n} ${unit === 'day' && n !== 1 ? 'days' : unit}`;
}

/** “12 min ago”, “in 3 h”, with the time itself for those who point at it, and for machines. */
export function when(time: Utc, now: Utc): Html {
  const ms = toMs(time) - toMs(now);
  const text = Math.abs(ms) < 1_500 ? 'now' : ms > 0 ? `in ${span(ms)}` : `${span(ms)} ago`;
  return html`<time datetime="${time}" title="${clock(time)}">${text}</time>`;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** “2 Mar 2026, 02:00:41 UTC”. */
export const clock = (time: Utc): string =>
  `${Number(time.slice(8, 10))} ${months[Number(time.slice(5, 7)) - 1]} ${time.slice(0, 4)}, ${time.slice(11, 19)} UTC`;

/** “12,345”. */
export const number = (n: number): string => n.toLocaleString('en');

/** As it goes on in a sentence. */
export const lower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
