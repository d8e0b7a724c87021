import { addSeconds, later, toMs, utc, type Utc } from '../lib/domain/time';
import { toNaive } from '../lib/domain/zone';
import type { SourceSettings } from '../lib/settings/types';
import type { WindowedFeed } from '../lib/sources/source';
import type { Finding } from './finding';

const minute = 60;
const halfHour = 30 * minute;
/** No zone is further from another than this, seconds. */
const farthest = 26 * 3600;
/** Rows in the half hour before the newest one that make its server a busy one, whose newest row ought to be fresh. */
const busy = 3;

/**
 * Compares the newest modification, found by counting ever narrower windows, with the source's own clock. A server
 * that reads times in another zone than `timeZone` says shows results of the future, or, when it is busy, none of
 * the last so many half hours.
 */
export async function checkZone(
  settings: SourceSettings,
  feed: WindowedFeed,
  signal: AbortSignal,
): Promise<Finding> {
  const what = `${settings.id}: time zone`;
  const zone = `LMS__${settings.id}__timeZone`;
  const { since } = settings;
  const all = await feed.count({ from: since, to: utc(Date.now() + farthest * 1000) }, { signal });
  const clock = all.serverTime;
  const end = addSeconds(clock, farthest);
  const count = async (from: Utc, to = end): Promise<number> =>
    (await feed.count({ from, to }, { signal })).count;
  if (all.count === 0)
    return { what, result: 'unsure', detail: `there are no results to tell by; make sure of ${zone}` };
  const newest = await newestSecond(since, end, clock, count);
  const age = (toMs(clock) - toMs(newest)) / 1000;
  if (age < -minute) {
    const ahead = Math.ceil((-age - minute) / halfHour) * halfHour;
    return wrong(`results seem to be modified up to ${inMinutes(-age)} in the future`, ahead);
  }
  const late = age % halfHour;
  const halfHours = Math.round(age / halfHour);
  const before = await count(later(since, addSeconds(newest, -halfHour)), newest);
  // As far apart as its results usually are, so stale may the newest be.
  const usual = Math.min(5 * minute, Math.max(minute, (3 * halfHour) / before));
  const fits = late <= usual || late >= halfHour - minute;
  if (before >= busy && halfHours > 0 && fits && age <= farthest)
    return wrong(
      `the newest result seems to be ${inMinutes(age)} old on a busy server`,
      -halfHours * halfHour,
    );
  const seen = `the newest result is ${inMinutes(age)} old`;
  if (age <= halfHour) return { what, result: 'ok', detail: `${settings.timeZone} fits: ${seen}` };
  return {
    what,
    result: 'unsure',
    detail: `${seen}: change a grade and look again, or make sure that ${zone} is the server's (TIME_ZONE there)`,
  };

  function wrong(why: string, shift: number): Finding {
    const offset = offsetAt(clock, settings.timeZone) + shift;
    const near = zonesAt(clock, offset);
    const such = near.length > 0 ? `, such as ${near.join(' or ')}` : '';
    return {
      what,
      result: 'wrong',
      detail: `${why}: ${zone} is ${settings.timeZone}, and UTC${written(offset)} would fit; set it to the server's zone${such}`,
    };
  }
}

/** Halves the span until the last second with a row is alone. */
async function newestSecond(
  since: Utc,
  end: Utc,
  clock: Utc,
  count: (from: Utc) => Promise<number>,
): Promise<Utc> {
  // Most servers have something of the last two days, which saves half the calls.
  const recent = later(since, addSeconds(clock, -48 * 3600));
  let from = (await count(recent)) > 0 ? recent : since;
  let to = end;
  while (toMs(to) - toMs(from) > 1000) {
    const middle = utc((toMs(from) + toMs(to)) / 2);
    if ((await count(middle)) > 0) from = middle;
    else to = middle;
  }
  return from;
}

const inMinutes = (seconds: number): string => {
  const minutes = Math.round(seconds / minute);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days`;
};

/** Seconds ahead of UTC. */
const offsetAt = (time: Utc, zone: string): number =>
  (Date.parse(`${toNaive(time, zone)}Z`) - toMs(time)) / 1000;

function written(offset: number): string {
  const minutes = Math.abs(offset) / minute;
  const part = (n: number): string => String(Math.floor(n)).padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${part(minutes / 60)}:${part(minutes % 60)}`;
}

/** Zones that servers are often set to. */
const usualZones = [
  'UTC',
  'Europe/London',
  'Europe/Berlin',
  'Europe/Kyiv',
  'Asia/Dubai',
  'Asia/Kolkata',
  'Asia/Bangkok',
  'Asia/Singapore',
  'Asia/Shanghai',
  'Asia/Tokyo',
  'Australia/Sydney',
  'America/Sao_Paulo',
  'America/New_York',
  'America/Chicago',
  'America/Denver',
  'America/Los_Angeles',
];

const zonesAt = (time: Utc, offset: number): string[] =>
  usualZones.filter((zone) => offsetAt(time, zone) === offset).slice(0, 3);
