import { define } from '../../settings/definition';
import { courseUrl, flag } from '../../settings/parse';
import type { SourceSettings } from '../../settings/types';
import { type StatusTable, statusTable } from '../status-table';
import { type Operations, apiCalls } from './operations';

export interface AcademySettings extends SourceSettings {
  readonly operations?: Operations | undefined;
  readonly learningPaths?: boolean;
  /** With `{id}` or `{slug}` in it. */
  readonly courseUrl?: string | undefined;
  readonly statuses?: StatusTable;
}

export const academyDefinitions = {
  statuses: define({
    schema: statusTable,
    default: '{}',
    doc: 'JSON of what its learner statuses mean, by code or description, such as `{"7":"InProgress","Exempted":"Completed"}`; it adds to the built-in words and wins over them.',
  }),
  operations: define({
    schema: apiCalls,
    doc: 'Method and path of each operation, as JSON or as the path of a file that holds it; see [academy-of-mine-operations.md](academy-of-mine-operations.md).',
  }),
  learningPaths: define({
    schema: flag,
    default: 'false',
    doc: 'Whether its learning paths are in the catalog too, as courses with the id `lp-<number>`.',
  }),
  courseUrl: define({
    schema: courseUrl,
    doc: 'Where a learner opens a course, with `{id}` or `{slug}` in it. Left out: the front page.',
  }),
};
