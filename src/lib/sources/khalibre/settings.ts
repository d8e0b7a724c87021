import { define } from '../../settings/definition';
import { oneOf } from '../../settings/parse';
import type { SourceSettings } from '../../settings/types';
import { type StatusTable, statusTable } from '../status-table';

export interface KhalibreSettings extends SourceSettings {
  /** v1.1 when left out. */
  readonly apiVersion?: 'v1.0' | 'v1.1';
  readonly statuses?: StatusTable;
}

export const khalibreDefinitions = {
  apiVersion: define({
    schema: oneOf('v1.1', 'v1.0'),
    default: 'v1.1',
    doc: 'The version in the paths of its API.',
  }),
  statuses: define({
    schema: statusTable,
    default: '{}',
    doc: 'JSON of what its learner statuses mean, by code or description, such as `{"7":"InProgress","Exempted":"Completed"}`; it adds to the built-in words and wins over them.',
  }),
};
