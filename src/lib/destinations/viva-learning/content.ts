import type { Course } from '../../domain/course';

/** A `learningContent`, without the external id that its address names. */
export interface Content {
  readonly title: string;
  readonly contentWebUrl: string;
  readonly languageTag: string;
  readonly description?: string;
  readonly duration?: string;
  readonly format: 'Course';
  readonly thumbnailWebUrl?: string;
  readonly sourceName: string;
  readonly contributors?: readonly string[];
  readonly additionalTags?: readonly string[];
  readonly createdDateTime?: string;
  readonly lastModifiedDateTime?: string;
  readonly isActive: boolean;
}

/** @param source the source's id. @param languageTag for a course that names none. */
export function contentOf(course: Course, source: string, languageTag: string): Content {
  const { longDescription, shortDescription, thumbnailLarge, thumbnailSmall } = course;
  const { durationMinutes, keywords, org, createdAt, modifiedAt } = course;
  const description = longDescription || shortDescription;
  const thumbnailWebUrl = thumbnailLarge || thumbnailSmall;
  const minutes = durationMinutes === undefined ? 0 : Math.round(durationMinutes);
  return {
    title: course.name,
    contentWebUrl: course.url,
    languageTag: tagOf(course.language, languageTag),
    ...(description && { description }),
    ...(minutes > 0 && { duration: `PT${minutes}M` }),
    format: 'Course',
    ...(thumbnailWebUrl && { thumbnailWebUrl }),
    sourceName: source,
    ...(org && { contributors: [org] }),
    ...(keywords?.length && { additionalTags: keywords }),
    ...(createdAt && { createdDateTime: createdAt }),
    ...(modifiedAt && { lastModifiedDateTime: modifiedAt }),
    isActive: true,
  };
}

/** A tag with its region where one is known: a course in `en` is one in the default's `en-us`. */
function tagOf(language: string | undefined, standard: string): string {
  const tag = language?.trim().toLowerCase().replaceAll('_', '-') ?? '';
  if (!/^[a-z]{2,3}(-[a-z\d]{2,8})*$/.test(tag)) return standard;
  return standard.startsWith(`${tag}-`) ? standard : tag;
}
