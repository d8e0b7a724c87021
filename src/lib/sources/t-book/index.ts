import type { SettingsProblem } from '../../errors';
import type { ClientDeps } from '../../http/client';
import { tBookDefinitions, type TBookSettings } from './settings';
import { defineSourceKind } from '../kind';
import type { Entities, Learners, Source } from '../source';
import { TBookClient } from './client';
import { tBookEnrolments } from './enrolments';
import { cut, readEntity, readLearner, toEntity, toLearner } from './map';
import { tBookSignIns } from './sign-ins';

export const tBook = defineSourceKind({
  title: 'A T-book: enrolments, learners, entities and sign-ins',
  definitions: tBookDefinitions,
  credentials: [['clientId', 'clientSecret']],
  withoutFeeds: true,
  create: createTBook,
});

/** A T-book. It publishes neither a catalog nor results: it is written to, and its learners are read. */
function createTBook(settings: TBookSettings, deps: ClientDeps): Source {
  const client = new TBookClient(settings, deps);
  return {
    id: settings.id,
    sourceKind: 't-book',
    ...(settings.ltiSecret && { doubts: [untriedLtiSecret(settings.id)] }),
    enrolments: tBookEnrolments(client),
    learners: learners(client, settings),
    entities: entities(client, settings),
    signIns: tBookSignIns(client, settings, deps.clock),
  };
}

/** A launch is made by a learner's browser. */
const untriedLtiSecret = (id: string): SettingsProblem => ({
  setting: `LMS__${id}__ltiSecret`,
  message: 'cannot be tried from here: whether it is right shows at the first LTI launch',
});

function learners(client: TBookClient, { pageSize }: TBookSettings): Learners {
  return {
    async page(cursor, call, entityId) {
      return cut(await client.learners(entityId, call), readLearner, call.pageSize ?? pageSize, cursor);
    },
    async read(learnerId, call) {
      const row = await client.learner(learnerId, call);
      return row && toLearner(row);
    },
    async find(email, call) {
      const row = await client.learnerByEmail(email.trim(), call);
      return row && toLearner(row);
    },
  };
}

function entities(client: TBookClient, { pageSize }: TBookSettings): Entities {
  return {
    async page(cursor, call) {
      return cut(await client.entities(call), readEntity, call.pageSize ?? pageSize, cursor);
    },
    async read(entityId, call) {
      const row = await client.entity(entityId, call);
      return row && toEntity(row);
    },
    async organisation(call) {
      const { name, description } = await client.client(call);
      return { name, ...(description && { description }) };
    },
  };
}
