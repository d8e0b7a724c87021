import { firstDestination } from '../domain/feed';
import { SettingsError, type SettingsProblem } from '../errors';
import type { DestinationEntry } from '../settings/types';
import { defineDestinationKind } from './kind';
import { learnerFilter } from './learner';
import { recordHash } from './record-hash';

export const noneKind = 'none';

/** What is to be done before anything can be sent. */
export const noDestination: SettingsProblem = {
  setting: 'LD__baseUrl',
  message:
    'is missing: no destination is set up, so only dry runs work; docs/destinations.md says what to set',
};

/** Stands where the L&D services would, as long as no setting of any destination is given. */
export const noDestinationEntry: DestinationEntry & { readonly ok: true } = {
  id: firstDestination,
  ok: true,
  kind: noneKind,
  settings: { id: firstDestination, prefix: 'LD__', learnerDomains: [], batchSize: 500, concurrency: 1 },
};

/** Nowhere: records are read, mapped and compared for dry runs, and none is sent. */
export const none = defineDestinationKind({
  title: 'No destination',
  definitions: {},
  read: () => noDestinationEntry.settings,
  takes: ['catalog', 'consumption'],
  create: (settings) => {
    const ofLearner = learnerFilter(settings);
    return {
      shape: noneKind,
      missing: [noDestination],
      limits: { batchSize: settings.batchSize, batchBytes: 1_048_576, concurrency: 1, deadlineMs: 1_000 },
      encodeCourse: (course) => ({
        ok: true,
        key: course.id,
        json: JSON.stringify(course),
        hash: recordHash(course),
      }),
      encodeProgress(progress) {
        const learner = ofLearner(progress);
        if (!learner.ok) return learner;
        const { record } = learner;
        const key = `${record.email}\t${record.courseId}`;
        return { ok: true, key, json: JSON.stringify(record), hash: recordHash(record) };
      },
      encodeDeletion: (lastJson) => lastJson,
      send: () => Promise.reject(new SettingsError([noDestination])),
    };
  },
  checks: () => [],
});
