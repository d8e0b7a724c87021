import { define } from '../../settings/definition';
import { courseUrl, flag } from '../../settings/parse';
import { statuses } from '../status-table';
import { apiCalls } from './operations';
import { accessToken } from '../credentials';
import type { SettingsOf } from '../kind';

export const academyDefinitions = {
  accessToken,
  statuses,
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

export type AcademySettings = SettingsOf<typeof academyDefinitions>;
