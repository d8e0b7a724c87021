import type { ClientDeps } from '../../http/client';
import { academyDefinitions, type AcademySettings } from './settings';
import { defineSourceKind } from '../kind';
import { missingOperations } from './operations';
import type { Source } from '../source';
import { catalogFeed } from './catalog';
import { AcademyClient } from './client';
import { consumptionFeed } from './consumption';
import { academyEntities, academyLearners } from './directory';
import { academyEnrolments } from './enrolments';
import { academyEvents } from './webhook-events';
import { academyWebhooks } from './webhooks';

export const academyOfMine = defineSourceKind({
  title: 'An Academy of Mine',
  definitions: academyDefinitions,
  credentials: [['accessToken']],
  problems: ({ operations, learningPaths }, prefix) =>
    missingOperations(`${prefix}operations`, operations, learningPaths),
  create: createAcademyOfMine,
});

/** An Academy of Mine. What needs an operation that the settings leave out is left out, too. */
function createAcademyOfMine(settings: AcademySettings, deps: ClientDeps): Source {
  const client = new AcademyClient(settings, deps);
  const enrols = (
    ['users.list', 'users.create', 'courses.enroll', 'courses.enrolledLearners', 'courses.remove'] as const
  ).every((name) => client.has(name));
  return {
    id: settings.id,
    sourceKind: 'academy-of-mine',
    catalog: catalogFeed(client, settings),
    consumption: consumptionFeed(client, settings),
    namedEvents: academyEvents,
    // Always there: what the settings leave out, its own error names.
    webhookAdmin: academyWebhooks(client, settings),
    ...(enrols && { enrolments: academyEnrolments(client, settings) }),
    ...(client.has('users.list') &&
      client.has('users.get') && { learners: academyLearners(client, settings) }),
    ...(client.has('portals.list') && { entities: academyEntities(client, settings) }),
    webhooks: true,
  };
}
