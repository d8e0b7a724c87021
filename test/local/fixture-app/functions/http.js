const { app } = require('@azure/functions');
const { Buffer } = require('node:buffer');
const { setTimeout: sleep } = require('node:timers/promises');
const { ReadableStream } = require('node:stream/web');
const { events, record } = require('../recorder');

app.http('echo', {
  methods: ['POST', 'PUT'],
  authLevel: 'function',
  route: 'echo/{id}/{*rest}',
  handler: async (request) => ({
    status: 201,
    headers: { 'x-own': 'yes' },
    jsonBody: {
      method: request.method,
      url: request.url,
      params: request.params,
      query: [...request.query],
      headers: Object.fromEntries(request.headers),
      bytes: Buffer.from(await request.arrayBuffer()).toString('base64'),
    },
  }),
});

const get = (name, handler, more) =>
  app.http(name, { methods: ['GET'], authLevel: 'anonymous', handler, ...more });

get('seen', () => ({ jsonBody: events }));
get('any', (request) => ({ body: `parameter ${request.params.which}` }), { route: 'pick/{which}' });
get('exact', () => ({ body: 'literal' }), { route: 'pick/one' });
app.http('written', {
  methods: ['POST'],
  authLevel: 'anonymous',
  route: 'pick/two',
  handler: () => ({ body: 'posted' }),
});
get('binary', () => ({
  body: Buffer.from(Array.from({ length: 256 }, (_, index) => index)),
  headers: { 'content-type': 'application/octet-stream' },
}));
get('streamed', () => ({
  body: new ReadableStream({
    start(controller) {
      controller.enqueue(Buffer.from([0xff, 0xfe]));
      controller.enqueue(Buffer.from('tail'));
      controller.close();
    },
  }),
}));
get('empty', () => ({ status: 200 }));
get('nothing', () => undefined);
get('cookies', () => ({
  body: 'x',
  cookies: [
    { name: 'a', value: '1 2', httpOnly: true, sameSite: 'Lax', maxAge: 60 },
    { name: 'b', value: '2', path: '/' },
  ],
}));
get('fails', () => {
  throw new Error('a reason for the log only');
});
get('forgiven', () => {
  throw new Error('the post hook takes this back');
});
get('hooked', () => 'made');
get('logs', (_, context) => {
  context.log('plain %s', 'text');
  context.warn('my password is hunter2');
  context.debug('nobody asked for this');
  return { body: context.invocationId };
});
get('slow', async (request) => {
  record('slow began');
  await sleep(Number(request.query.get('ms')));
  return { body: 'finished' };
});
get('uncaught', () => {
  process.nextTick(() => {
    throw new Error('thrown outside of any handler');
  });
  return { body: 'soon gone' };
});
get('constrained', () => ({ body: 'x' }), { route: 'constrained/{id:int}' });
