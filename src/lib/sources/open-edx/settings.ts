import { define } from '../../settings/definition';
import { oneOf, text } from '../../settings/parse';
import type { Secret } from '../../settings/secret';
import type { SourceSettings } from '../../settings/types';

export interface OpenEdxSettings extends SourceSettings {
  readonly apiKey: Secret | undefined;
  readonly username: string | undefined;
  readonly grades: 'bulk' | 'courses';
  /** The path of a file. */
  readonly addresses?: string | undefined;
}

export const openEdxDefinitions = {
  apiKey: define({ schema: text, secret: true, doc: 'Sent as `X-Edx-Api-Key` when set.' }),
  username: define({
    schema: text,
    doc: 'List the courses that this user sees; its service user’s name.',
  }),
  grades: define({
    schema: oneOf('bulk', 'courses'),
    default: 'bulk',
    doc: '`bulk` reads the bulk grades by modification time; `courses` reads a stock server course by course.',
  }),
  addresses: define({
    schema: text,
    doc: 'A CSV file of `username,email` lines, since a stock server tells addresses for some enrolment modes alone, and older bulk grades name user names.',
  }),
};
