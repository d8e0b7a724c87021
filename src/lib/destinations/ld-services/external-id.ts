/**
 * A course's id as the sink knows it, the same in both feeds so that the sink can join them.
 * @param form `stripped`: without the `course-v1:` before an Open edX key; other ids as they are.
 */
export function externalId(courseId: string, form: 'stripped' | 'full'): string {
  return form === 'stripped' ? courseId.replace(/^[a-z]+-v\d+:/i, '') : courseId;
}
