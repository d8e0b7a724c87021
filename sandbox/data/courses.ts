import { pick, random } from './random';
import { orgs, tongues } from './topics';

/** A course as the generator makes it; each pocket system turns it into its own wire form. */
export interface SampleCourse {
  /** From 1. */
  readonly number: number;
  readonly org: string;
  readonly code: string;
  readonly run: string;
  readonly name: string;
  readonly language: string;
  readonly description: string;
  readonly effortHours: number | null;
  readonly start: number | null;
  readonly end: number | null;
  readonly enrollmentStart: number | null;
  readonly enrollmentEnd: number | null;
  readonly selfPaced: boolean;
  readonly hasImage: boolean;
  readonly hidden: boolean;
}

const day = 86_400_000;
const firstDay = Date.UTC(2015, 0, 5);

/** @param count how many. One in 40 is hidden; some have no dates, effort or image, as real ones do. */
export function sampleCourses(seed: number, count: number): SampleCourse[] {
  const next = random(seed);
  return Array.from({ length: count }, (_, index): SampleCourse => {
    // English is the common case; the other languages share the rest.
    const tongue = next() < 0.55 ? (tongues[0] as (typeof tongues)[number]) : pick(tongues, next());
    const name = pick(tongue.forms, next()).replace('{t}', pick(tongue.topics, next()));
    const start = firstDay + Math.floor(next() * 4000) * day;
    const dated = next() >= 0.05;
    const ends = next() >= 0.25;
    const enrols = next() >= 0.2;
    return {
      number: index + 1,
      org: pick(orgs, next()),
      code: `C${100 + index}`,
      run: `${new Date(start).getUTCFullYear()}_T${1 + Math.floor(next() * 3)}`,
      name: name.charAt(0).toLocaleUpperCase() + name.slice(1),
      language: tongue.language,
      description: next() < 0.15 ? '' : `${name}. ${1 + Math.floor(next() * 12)} × ☕`,
      effortHours: next() < 0.2 ? null : 2 + Math.floor(next() * 30),
      start: dated ? start : null,
      end: dated && ends ? start + (30 + Math.floor(next() * 700)) * day : null,
      enrollmentStart: dated && enrols ? start - 30 * day : null,
      enrollmentEnd: dated && enrols && ends ? start + 20 * day : null,
      selfPaced: next() < 0.5,
      hasImage: next() >= 0.08,
      hidden: index % 40 === 17,
    };
  });
}
