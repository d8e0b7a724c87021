import type { SampleCourse } from '../data/courses';
import { randomAt } from '../data/random';
import type { KhalibreOptions } from './options';

export interface KhCommunity {
  readonly id: number;
  readonly name: string;
}

/** A course (a class, in Khalibre's own words) as it is kept; `courseJson` makes the wire form. */
export interface KhCourse {
  readonly id: number;
  readonly title: string;
  readonly classTitle: string;
  readonly description: string;
  readonly language: string;
  readonly communities: readonly number[];
  readonly online: boolean;
  /** Only public ones of the visibility "API" are given to anybody. */
  readonly state: 'draft' | 'public' | 'archived';
  readonly visibility: 'api' | 'private';
  /** What v1.1 tells as `isVisible`. */
  readonly visible: boolean;
  readonly banner: boolean;
  /** Milliseconds since 1970. */
  readonly start: number | null;
  readonly end: number | null;
  readonly created: number;
  readonly modified: number;
  readonly expectedDuration: number | null;
  readonly totalActivity: number;
  readonly price: number;
  /** Sent over the wire form's own fields: for tests of odd answers. */
  readonly raw?: Readonly<Record<string, unknown>>;
}

const day = 86_400_000;

export function newCourse(sample: SampleCourse, seed: number, communities: readonly KhCommunity[]): KhCourse {
  const { number } = sample;
  const chance = (place: number): number => randomAt(seed + 11, number * 8 + place);
  const first = Math.floor(chance(0) * communities.length);
  const several = chance(1) < 0.4;
  const places = [first, ...(several ? [(first + 1) % communities.length] : [])];
  const created = (sample.start ?? Date.UTC(2020, 0, 6)) - 60 * day;
  return {
    id: 1200 + number,
    title: sample.name,
    classTitle: `${sample.name} ${sample.run.replace('_', ' ')}`,
    description: sample.description,
    language: sample.language,
    communities: places.flatMap((place) => communities[place]?.id ?? []),
    online: chance(2) < 0.7,
    state: number % 19 === 5 ? 'draft' : 'public',
    visibility: number % 13 === 8 ? 'private' : 'api',
    visible: number % 12 !== 7,
    banner: sample.hasImage,
    start: sample.start,
    end: sample.end,
    created,
    modified: created + Math.floor(chance(3) * 300) * day,
    expectedDuration: sample.effortHours === null ? null : sample.effortHours * 60,
    totalActivity: 3 + Math.floor(chance(4) * 10),
    price: sample.selfPaced ? 0 : 49.5,
  };
}

export const isListed = (course: KhCourse): boolean =>
  course.state === 'public' && course.visibility === 'api';

/** @param version of the path: `isVisible` came with v1.1. */
export function courseJson(
  course: KhCourse,
  options: KhalibreOptions,
  communities: ReadonlyMap<number, KhCommunity>,
  version: string,
): Record<string, unknown> {
  const page = `https://khalibre.example.com/web/course/-/class/${course.id}`;
  return {
    additionalBookingNote: '',
    bannerUrl: course.banner ? `https://khalibre.example.com/documents/banner/${course.id}.png` : '',
    bookingUrl: page,
    classTitle: course.classTitle,
    communities: course.communities.flatMap((id) => {
      const community = communities.get(id);
      return community
        ? [{ ...communityJson(community, options), bookingUrl: `${page}?community=${id}` }]
        : [];
    }),
    courseExpiryPeriod: 0,
    courseId: idJson(course.id, options),
    createdDate: dateJson(course.created, options),
    currency: 'USD',
    dayBeforeBook: 1,
    dayBeforeCancel: 1,
    deliveryMethod: course.online
      ? { key: 'online', value: 'Online' }
      : { key: 'classroom', value: 'Classroom' },
    description: course.description,
    endDate: dateJson(course.end, options),
    expectedDuration: course.expectedDuration,
    ...(version === 'v1.1' && { isVisible: course.visible }),
    languages: [course.language],
    modifiedDate: dateJson(course.modified, options),
    price: course.price,
    startDate: dateJson(course.start, options),
    timezone: 'Asia/Phnom_Penh',
    title: course.title,
    totalActivity: course.totalActivity,
    ...course.raw,
  };
}

export const idJson = (id: number, { ids }: KhalibreOptions): number | string =>
  ids === 'number' ? id : String(id);

export const communityJson = ({ id, name }: KhCommunity, options: KhalibreOptions) => ({
  id: idJson(id, options),
  name,
});

export function dateJson(ms: number | null, { dates }: KhalibreOptions): string | null {
  if (ms === null) return null;
  const iso = `${new Date(ms).toISOString().slice(0, 19)}Z`;
  switch (dates) {
    case 'iso':
      return iso;
    case 'space':
      return `${iso.slice(0, 10)} ${iso.slice(11, 19)}.0`;
    case 'java': {
      const [weekday, date, month, year, time] = new Date(ms).toUTCString().replace(',', '').split(' ');
      return `${weekday} ${month} ${date} ${time} UTC ${year}`;
    }
    case 'millis':
      return String(ms);
  }
}
