import type { Course } from '../domain/course';
import type { Utc } from '../domain/time';
import { saysNothing } from './forms';
import type { Notes } from './notes';

/* What a field of a row becomes in each vendor alike. One that cannot be read costs itself, and is noted. */

type Text = string | null | undefined;

/** `none`: the vendor says that there is no date. */
export type ReadDate = Utc | 'none' | 'unreadable';

/** @param read knows how the vendor writes dates. @returns a reader of fields, which are named as the vendor names them. */
export const dateReader =
  (notes: Pick<Notes, 'add'>, read: (text: string) => ReadDate | undefined) =>
  (field: string, value: Text): Utc | undefined => {
    if (!value || saysNothing(value)) return undefined;
    const date = read(value) ?? 'unreadable';
    if (date === 'unreadable') notes.add(`${field} cannot be read as a date`);
    return date === 'none' || date === 'unreadable' ? undefined : date;
  };

/**
 * The address of a course's picture, http or https, as the vendor tells it; a path is the server's own.
 * @param field as the vendor names it. @param baseUrl without a slash at the end.
 */
export function picture(
  notes: Pick<Notes, 'add'>,
  field: string,
  value: Text,
  baseUrl: string,
): string | undefined {
  const given = value?.trim();
  if (!given || saysNothing(given)) return undefined;
  const url = URL.canParse(given, `${baseUrl}/`) ? new URL(given, `${baseUrl}/`) : undefined;
  if (url && /^https?:$/.test(url.protocol)) return url.href;
  notes.add(`${field} cannot be read as the address of a picture`);
  return undefined;
}

/** A description is the short one, too, when it is short and plain. */
export function descriptions(value: Text): Pick<Course, 'shortDescription' | 'longDescription'> {
  const text = trimmed(value);
  if (text === undefined) return {};
  const isShort = text.length <= 250 && !/[\n<]/.test(text);
  return { ...(isShort && { shortDescription: text }), longDescription: text };
}

/** A text that says something. */
export const trimmed = (value: Text): string | undefined => value?.trim() || undefined;
