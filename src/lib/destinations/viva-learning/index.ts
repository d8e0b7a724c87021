import { systemClock } from '../../http/clock';
import { defineDestinationKind } from '../kind';
import { shapeHash } from '../record-hash';
import { Batches, deadlineMs } from './batches';
import { checkViva } from './check';
import { type CourseRecord, createEncoder, type ResultRecord } from './encode';
import { KnownIds } from './known-ids';
import { DirectoryUsers } from './learners';
import { sendCourses } from './send-courses';
import { sendResults } from './send-results';
import { readViva, vivaDefinitions } from './settings';

/** Graph takes 4 MB. */
const batchBytes = 1_048_576;

export const vivaLearning = defineDestinationKind({
  title: 'Viva Learning, through Microsoft Graph: courses as contents, results as self-initiated activities',
  definitions: vivaDefinitions,
  read: readViva,
  takes: ['catalog', 'consumption'],
  create: (settings, deps) => {
    const { baseUrl, providerId, languageTag, batchSize, concurrency } = settings;
    const batches = new Batches(settings, deps);
    const ids = new KnownIds(settings, deps.givenIds);
    const learners = new DirectoryUsers(batches, settings, deps.clock ?? systemClock);
    const to = { batches, ids, learners, settings };
    return {
      shape: shapeHash(baseUrl, providerId, languageTag),
      limits: { batchSize, batchBytes, concurrency, deadlineMs },
      ...createEncoder(settings),
      send: async ({ kind, json }, delivery) => {
        const records: unknown = JSON.parse(Buffer.from(json).toString('utf8'));
        return kind === 'catalog'
          ? sendCourses(records as CourseRecord[], delivery, to)
          : sendResults(records as ResultRecord[], delivery, to);
      },
    };
  },
  checks: checkViva,
});
