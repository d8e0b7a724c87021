import { jwt } from '../tokens';
import type { Answer, PocketServer } from '../server';
import { addPost, field, problem, type Form } from './gateway';
import { listOf } from './multipart';
import { sessionsOf, union, type TBookState } from './state';

/** Learners are inserted, updated, taken out of sessions, and signed in. */
export function addWrites(server: PocketServer, state: TBookState): void {
  const done = (): Answer => {
    const { writeAnswers } = state.options;
    if (writeAnswers === 'empty') return { status: 200 };
    return { status: 200, body: writeAnswers === 'text' ? 'OK' : { success: '1' } };
  };
  const known = ['identifierType', 'identifier'];
  const whom = (form: Form) =>
    state.find(field(form, 'identifierType') ?? '', field(form, 'identifier') ?? '');
  const nobody = problem(404, "The requested resource doesn't exist.");

  const needed = ['entity[identifier]', 'login', 'civility', 'lastname', 'firstname'];
  addPost(server, state, '/api/insertLearner', needed, (form) => {
    const login = field(form, 'login') ?? '';
    const identifier = field(form, 'entity[identifier]') ?? '';
    const entity = [...state.entities.values()].find(
      ({ id, name }) => String(id) === identifier || name === identifier,
    );
    if (!entity) return problem(402, 'The entity does not exist.');
    if (!login.includes('@')) return problem(400, 'The login must be an e-mail.');
    if (!['m', 'mme'].includes(field(form, 'civility') ?? '')) return problem(400, 'The civility is wrong.');
    if (state.find('email', login)) return problem(409, `The login ${login} is already used.`);
    const [filter, location] = [listOf(form, 'filter') ?? [], listOf(form, 'location') ?? []];
    state.put({
      id: state.nextId(),
      login,
      entityId: entity.id,
      civility: field(form, 'civility') ?? '',
      lastname: field(form, 'lastname') ?? '',
      firstname: field(form, 'firstname') ?? '',
      externalID: field(form, 'externalID'),
      filter,
      location,
      sessions: field(form, 'assignation') === '1' ? sessionsOf(filter, location) : [],
    });
    return done();
  });
  addPost(server, state, '/api/updateLearner', known, (form) => {
    const old = whom(form);
    if (!old) return nobody;
    // Added to what is there, never put in its place.
    const filter = union(old.filter, listOf(form, 'filter'));
    const location = union(old.location, listOf(form, 'location'));
    state.put({
      ...old,
      civility: field(form, 'civility') ?? old.civility,
      lastname: field(form, 'lastname') ?? old.lastname,
      firstname: field(form, 'firstname') ?? old.firstname,
      externalID: field(form, 'externalID') ?? old.externalID,
      filter,
      location,
      sessions:
        field(form, 'assignation') === '1' ? union(old.sessions, sessionsOf(filter, location)) : old.sessions,
    });
    return done();
  });
  addPost(server, state, '/api/removeLearnerSession', [...known, 'filter', 'location'], (form) => {
    const old = whom(form);
    if (!old) return nobody;
    const session = `${field(form, 'filter')}|${field(form, 'location')}`;
    state.put({ ...old, sessions: old.sessions.filter((one) => one !== session) });
    return done();
  });
  const signIn = ['userType', 'connectionType', 'identifier', 'errorUrl'];
  addPost(server, state, '/api/authToken', signIn, (form, request) => {
    const type = { login: 'email', id: 'externalId' }[field(form, 'connectionType') ?? ''];
    if (!type) return problem(400, 'The connectionType is wrong.');
    if (field(form, 'userType') !== '1') return problem(402, 'There is no such teacher.');
    if (!state.find(type, field(form, 'identifier') ?? '')) return nobody;
    const iat = Math.floor(state.now() / 1000);
    const url = `${request.origin}/${jwt({ client_id: state.options.clientId, iat, exp: iat + 60 })}`;
    return { status: 200, body: { success: '1', authentificationUrl: url } };
  });
}
