import { define } from '../settings/definition';
import { list, wholeNumber } from '../settings/parse';

const domains = list.transform((all) => all.map((domain) => domain.toLowerCase().replace(/^@/, '')));

export interface SharedDefaults {
  /** The default, and the most. */
  readonly batchSize: readonly [number, number];
  readonly concurrency: number;
}

/** The settings that every kind of destination has. */
export const sharedDefinitions = ({ batchSize: [standard, most], concurrency }: SharedDefaults) => ({
  learnerDomains: define({
    schema: domains,
    default: '',
    doc: 'Send only learners of these mail domains, by comma. Empty: all.',
  }),
  batchSize: define({ schema: wholeNumber(1, most), default: String(standard), doc: 'Records a call.' }),
  concurrency: define({ schema: wholeNumber(1, 32), default: String(concurrency), doc: 'Calls in flight.' }),
});
