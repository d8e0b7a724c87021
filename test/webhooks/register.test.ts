import { setImmediate } from 'node:timers/promises';
import type { App } from '../../src/lib/app';
import type { WebhookAdmin } from '../../src/lib/sources/source';
import { type RegisterRequest, registerWebhooks } from '../../src/lib/webhooks/register-webhooks';
import { failure } from '../http/client-builder';
import { type Bridge, startBridge } from '../setup/bridge';

const url = 'https://app.example.com/api/webhooks/academyofmine';
const code = 'k3y/with+odd=characters==';
const both = ['course_enrolled', 'course_completed'];

let bridge: Bridge;
let app: App;
beforeEach(async () => {
  bridge = await startBridge({ sandbox: { academy: { courses: 2, learners: 2 } } });
  app = bridge.app;
});
afterEach(() => bridge.stop());

const academy = () => bridge.sandbox.academy!;
const hooks = () => [...academy().webhooks.hooks.values()];
const register = async (more: Partial<RegisterRequest> = {}) => {
  const signal = new AbortController().signal;
  const request = { source: 'academyofmine', url, code, add: false, signal, ...more };
  const { registered } = await registerWebhooks(app.engine, request);
  return registered.map(({ event, outcome }) => `${event} ${outcome}`);
};
const without = (...names: string[]): Record<string, string> => {
  const operations = JSON.parse(bridge.env.LMS__academyofmine__operations ?? '') as Record<string, unknown>;
  for (const name of names) operations[name] = null;
  return { LMS__academyofmine__operations: JSON.stringify(operations) };
};

test('the two that matter get an address of their own, with the function key', async () => {
  expect(await register()).toEqual(['course_enrolled created', 'course_completed created']);
  expect(hooks().map(({ events }) => events)).toEqual([['course_enrolled'], ['course_completed']]);
  const address = new URL(hooks()[1]!.url);
  expect(address.origin + address.pathname).toBe(url);
  expect([address.searchParams.get('event'), address.searchParams.get('code')]).toEqual([
    'course_completed',
    code,
  ]);
});

test('a second time nothing is doubled, also by another host', async () => {
  await register();
  const again = both.map((event) => `${event} there`);
  expect(await register()).toEqual(again);
  app = bridge.another();
  expect(await register()).toEqual(again);
  expect(hooks()).toHaveLength(2);
});

test('two at the same time double nothing', async () => {
  const results = await Promise.allSettled([register(), register(), register()]);
  expect(results.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0);
  expect(hooks()).toHaveLength(2);
});

test('those asked for are created, each once', async () => {
  expect(await register({ events: ['new_order', 'new_order'] })).toEqual(['new_order created']);
  expect(await register()).toEqual(both.map((event) => `${event} created`));
  expect(hooks()).toHaveLength(3);
});

test('a new key or host moves what is there', async () => {
  await register();
  expect(await register({ code: 'another' })).toEqual(both.map((event) => `${event} moved`));
  expect(hooks().map((hook) => new URL(hook.url).searchParams.get('code'))).toEqual(['another', 'another']);
  expect(await register({ code: 'another' })).toEqual(both.map((event) => `${event} there`));
});

test('where a site cannot move webhooks it is told, and nothing is doubled', async () => {
  await register();
  app = bridge.another({}, without('webhooks.update'));
  expect(await register({ code: 'another' })).toEqual(both.map((event) => `${event} elsewhere`));
  expect(hooks()).toHaveLength(2);
});

test('one that was deleted at the vendor is created again', async () => {
  await register();
  academy().webhooks.hooks.delete(hooks()[0]!.id);
  expect(await register()).toEqual(['course_enrolled created', 'course_completed there']);
});

test('somebody else’s is left alone, since nobody knows where it leads; --add creates one more', async () => {
  academy().webhooks.put('https://elsewhere.example.com/', ['course_enrolled', 'new_order']);
  expect(await register()).toEqual(['course_enrolled foreign', 'course_completed created']);
  expect(hooks()).toHaveLength(2);
  expect(await register({ add: true })).toEqual(['course_enrolled created', 'course_completed there']);
  expect(await register()).toEqual(both.map((event) => `${event} there`));
  expect(hooks()[0]!.url).toBe('https://elsewhere.example.com/');
});

test('a webhook whose answer was lost is found, and not created again', async () => {
  const faults = { rate: 1, kinds: ['500' as const], paths: ['/api/webhooks'], methods: ['POST'] };
  academy().server.faults.set({ ...faults, afterEffect: true });
  expect(await register()).toEqual(both.map((event) => `${event} created`));
  expect(hooks()).toHaveLength(2);
});

test('one that was not created is told, and the next call creates it', async () => {
  academy().server.faults.set({ rate: 1, kinds: ['500'], paths: ['/api/webhooks'], methods: ['POST'] });
  expect((await failure(register())).message).toContain('no new webhook for course_enrolled shows there');
  academy().server.faults.set();
  expect(await register()).toEqual(both.map((event) => `${event} created`));
});

test('after a crash between the creating and the writing down nothing is doubled', async () => {
  const { registrations } = app.engine;
  const put = registrations.put.bind(registrations);
  registrations.put = (source, one) =>
    one.id === undefined ? put(source, one) : Promise.reject(new Error('The process ended'));
  expect((await failure(register())).message).toBe('The process ended');
  registrations.put = put;
  expect(await register()).toEqual(['course_enrolled there', 'course_completed created']);
  expect(hooks()).toHaveLength(2);
});

test('one that is interrupted while the vendor creates the webhook knows it as its own afterwards', async () => {
  const faults = { rate: 1, kinds: ['hang-before' as const], paths: ['/api/webhooks'], methods: ['POST'] };
  academy().server.faults.set({ ...faults, afterEffect: true });
  const interrupted = new AbortController();
  const going = failure(register({ signal: interrupted.signal }));
  while (hooks().length === 0) await setImmediate();
  interrupted.abort(new Error('interrupted'));
  expect((await going).message).toBe('interrupted');
  academy().server.faults.set();
  expect(await register()).toEqual(['course_enrolled there', 'course_completed created']);
  expect(hooks()).toHaveLength(2);
});

test('a site that wants titles gets titles', async () => {
  academy().state.options.eventList = 'titles';
  expect(await register()).toEqual(both.map((event) => `${event} created`));
});

test('a refusal is told without the key, and leaves nothing behind', async () => {
  academy().state.options.eventList = 'none';
  const error = await failure(register());
  expect(error).toMatchObject({ name: 'RefusedError', status: 422 });
  expect(error.message).not.toContain('k3y');
  expect(await app.engine.registrations.of('academyofmine')).toEqual(new Map());
});

test('what is remembered is believed where the list does not show all', async () => {
  await register();
  academy().state.options.mostWebhooksListed = 1;
  expect(await register()).toEqual(both.map((event) => `${event} there`));
  expect(hooks()).toHaveLength(2);
});

test('a webhook that is said to be created and is not listed is told', async () => {
  const open = app.engine.openSource('academyofmine');
  const admin = open.source.webhookAdmin as { -readonly [K in keyof WebhookAdmin]: WebhookAdmin[K] };
  admin.create = () => Promise.resolve('4711');
  expect((await failure(register())).message).toContain('does not list it for course_enrolled');
});

test('no key is kept, or logged', async () => {
  await register();
  const rows = [];
  for await (const row of bridge.app.storage.table('inbox').listEntities()) rows.push(row);
  expect(rows).toHaveLength(2);
  expect(JSON.stringify(rows) + bridge.logged.join()).not.toContain('k3y');
});

test.each([
  [{ url: 'not an address' }, '--url must be an address such as'],
  [{ url: 'http://app.example.com/api/webhooks/academyofmine' }, '--url must begin with https://'],
  [{ url: 'https://app.example.com/api/webhooks/openedx?code=k3y' }, 'must end with /webhooks/academyofmine'],
  [{ url: 'https://me:k3y@app.example.com/api/webhooks/academyofmine' }, 'no name and password'],
  [{ events: ['course_complete'] }, 'did you mean course_completed?'],
  [{ source: 'openedx' }, 'The webhooks of openedx (open-edx) cannot be set up from here'],
  [{ source: 'nowhere' }, 'There is no source nowhere'],
])('%j is refused before anything is created', async (more, sentence) => {
  const { message } = await failure(register(more));
  expect(message).toContain(sentence);
  expect(message).not.toContain('k3y');
  expect(hooks()).toEqual([]);
});

test('a site without the operations names the setting', async () => {
  app = bridge.another({}, without('webhooks.list'));
  expect((await failure(register())).message).toContain(
    'has no operation webhooks.list; give its path in LMS__academyofmine__operations',
  );
});
