import type { SampleCourse } from '../data/courses';

/** A course as this Open edX keeps it; `courseJson` makes the wire form. */
export interface EdxCourse {
  /** `course-v1:org+number+run`. */
  readonly id: string;
  readonly name: string;
  readonly org: string;
  readonly number: string;
  readonly run: string;
  readonly shortDescription: string;
  readonly overview: string;
  readonly effort: string | null;
  readonly pacing: 'instructor' | 'self';
  /** As on the wire: `2015-07-17T12:00:00Z`. */
  readonly start: string | null;
  readonly end: string | null;
  readonly enrollmentStart: string | null;
  readonly enrollmentEnd: string | null;
  readonly image: boolean;
  /** Gone from every list and 404, unless `staffSeesHidden`. */
  readonly hidden: boolean;
  /** Seen by staff alone, and only with their own name in the query. */
  readonly staffOnly: boolean;
  /** Sent over the wire form's own fields: for tests of odd answers. */
  readonly raw?: Readonly<Record<string, unknown>>;
}

export function newCourse(sample: SampleCourse): EdxCourse {
  const time = (ms: number | null): string | null =>
    ms === null ? null : `${new Date(ms).toISOString().slice(0, 19)}Z`;
  return {
    id: `course-v1:${sample.org}+${sample.code}+${sample.run}`,
    name: sample.name,
    org: sample.org,
    number: sample.code,
    run: sample.run,
    shortDescription: sample.description,
    overview: `<section class="about"><h2>${sample.name.replace('&', '&amp;')}</h2></section>`,
    effort: sample.effortHours === null ? null : `${sample.effortHours} hours`,
    pacing: sample.selfPaced ? 'self' : 'instructor',
    start: time(sample.start),
    end: time(sample.end),
    enrollmentStart: time(sample.enrollmentStart),
    enrollmentEnd: time(sample.enrollmentEnd),
    image: sample.hasImage,
    hidden: sample.hidden,
    staffOnly: sample.number % 50 === 7,
  };
}

const day = new Intl.DateTimeFormat('en-US', { dateStyle: 'long', timeZone: 'UTC' });

/** @param origin of the absolute links in it. */
export function courseJson(course: EdxCourse, origin: string): Record<string, unknown> {
  const asset = `/asset-v1:${course.id.replace(/^course-v1:/, '')}+type@asset+block@course_image.jpg`;
  const uri = course.image ? asset : null;
  const absolute = uri === null ? null : `${origin}${uri}`;
  return {
    blocks_url: `${origin}/api/courses/v2/blocks/?course_id=${encodeURIComponent(course.id)}`,
    effort: course.effort,
    end: course.end,
    enrollment_start: course.enrollmentStart,
    enrollment_end: course.enrollmentEnd,
    id: course.id,
    media: {
      banner_image: { uri, uri_absolute: absolute },
      course_image: { uri },
      course_video: { uri: null },
      image: { raw: absolute, small: absolute, large: absolute },
    },
    name: course.name,
    number: course.number,
    org: course.org,
    short_description: course.shortDescription,
    start: course.start,
    start_display: course.start === null ? null : day.format(Date.parse(course.start)),
    start_type: course.start === null ? 'empty' : 'timestamp',
    pacing: course.pacing,
    mobile_available: false,
    hidden: course.hidden,
    invitation_only: false,
    course_id: course.id,
    ...course.raw,
  };
}
