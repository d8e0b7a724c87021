import type { PocketServer } from '../server';
import { addGet, addPost, field, problem } from './gateway';
import type { TbEntity, TbLearner, TBookState } from './state';

/** Client, entities and learners. Ids are texts in answers; `externalID` is never told. */
export function addReads(server: PocketServer, state: TBookState): void {
  const none = problem(404, "The requested resource doesn't exist.");
  const told = (learner: TbLearner | undefined) =>
    learner ? { status: 200, body: learnerJson(learner, state) } : none;
  addGet(server, state, '/api/getClient', () => ({
    status: 200,
    body: {
      name: 'Client Name',
      logo: 'path/logo.jpg',
      description: 'A client',
      city: 'Paris',
      address: '2 avenue Charles de Gaulle',
      zip: '75008',
    },
  }));
  addGet(server, state, '/api/getEntities', () => ({
    status: 200,
    body: [...state.entities.values()].map(entityJson),
  }));
  addGet(server, state, '/api/getEntity/:id', ({ params }) => {
    const entity = state.entities.get(Number(params.id));
    return entity ? { status: 200, body: entityJson(entity) } : none;
  });
  addGet(server, state, '/api/getAllLearners', () => ({
    status: 200,
    body: [...state.learners.values()].map((one) => learnerJson(one, state)),
  }));
  addGet(server, state, '/api/getAllLearners/:id', ({ params }) => {
    if (!state.entities.has(Number(params.id))) return none;
    const mine = [...state.learners.values()].filter(({ entityId }) => entityId === Number(params.id));
    return { status: 200, body: mine.map((one) => learnerJson(one, state)) };
  });
  addGet(server, state, '/api/getOneLearner/:id', ({ params }) =>
    told(state.learners.get(Number(params.id))),
  );
  addPost(server, state, '/api/getOneLearner', ['identifierType', 'identifier'], (form) =>
    told(state.find(field(form, 'identifierType') ?? '', field(form, 'identifier') ?? '')),
  );
}

const entityJson = ({ id, name }: TbEntity) => ({
  entityID: String(id),
  name,
  description: `All of ${name}`,
  address: '2 avenue Charles de Gaulle',
  city: 'Paris',
  zip: '75008',
  language: 'FR',
});

const learnerJson = (one: TbLearner, { entities }: TBookState) => ({
  learnerID: String(one.id),
  login: one.login,
  entity: { entityID: String(one.entityId), entityName: entities.get(one.entityId)?.name ?? '' },
  civility: one.civility,
  lastname: one.lastname,
  firstname: one.firstname,
  code: '23563',
  jobTitle: 'Communication officer',
  seniority: '3',
  level: 'Master',
  contactEmail: [one.login],
  phone: '+33600000000',
  filter: one.filter,
  location: one.location,
  country: ['France'],
  testUser: 0,
});
