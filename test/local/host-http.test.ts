import { eventually } from './eventually';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { buildHost, spawnHost, type HostProcess } from './built-host';

let built: Awaited<ReturnType<typeof buildHost>>;
let host: HostProcess;

beforeAll(async () => {
  built = await buildHost();
  const env = { PORT: '0', 'AzureWebJobs.everySecond.Disabled': 'true' };
  host = await spawnHost([`${built.folder}/host.js`], env);
});
afterAll(async () => {
  await host.end();
  await built.remove();
});

/** Through node:http, which changes neither the path nor the headers. */
function send(
  method: string,
  path: string,
  { headers = {}, body }: { headers?: Record<string, string | string[]>; body?: Buffer | string } = {},
): Promise<{ status: number; headers: IncomingMessage['headers']; body: Buffer }> {
  return new Promise((resolve, reject) => {
    const call = httpRequest(host.url + path, { method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks),
        }),
      );
    });
    call.on('error', reject);
    call.end(body);
  });
}

interface Echo {
  method: string;
  url: string;
  params: Record<string, string>;
  query: [string, string][];
  headers: Record<string, string>;
  bytes: string;
}

describe('requests', () => {
  test('arrive with their parameters, query, headers and bytes as they were sent', async () => {
    const bytes = Buffer.from([0xff, 0x00, 0xc3, 0x28, 0x0a, 0x80]);
    const { status, headers, body } = await send('PUT', '/api/echo/a%20b%2Fc/x/y%C3%BC?q=1&q=2&plus=a%2Bb', {
      headers: { 'X-Twice': ['one', 'two'], 'Webhook-Id': 'msg_1' },
      body: bytes,
    });
    const echo = JSON.parse(body.toString()) as Echo;
    expect(status).toBe(201);
    expect(headers['x-own']).toBe('yes');
    expect(headers['content-type']).toBe('application/json');
    expect(echo.method).toBe('PUT');
    expect(echo.params).toEqual({ id: 'a b%2Fc', rest: 'x/yü' });
    expect(echo.query).toEqual([
      ['q', '1'],
      ['q', '2'],
      ['plus', 'a+b'],
    ]);
    expect(echo.headers).toMatchObject({ 'x-twice': 'one, two', 'webhook-id': 'msg_1' });
    expect(echo.url).toBe(`${host.url}/api/echo/a%20b%2Fc/x/y%C3%BC?q=1&q=2&plus=a%2Bb`);
    expect(Buffer.from(echo.bytes, 'base64')).toEqual(bytes);
  });

  test('of several megabytes arrive whole, also in chunks of unknown number', async () => {
    const bytes = Buffer.alloc(5_000_000, 'ab\xff', 'latin1');
    const { body } = await send('POST', '/api/echo/1/big', {
      headers: { 'Transfer-Encoding': 'chunked' },
      body: bytes,
    });
    expect(Buffer.from((JSON.parse(body.toString()) as Echo).bytes, 'base64').equals(bytes)).toBe(true);
  });

  test('that state more than 100 MiB are refused before they are sent', async () => {
    const { status } = await send('POST', '/api/echo/1/x', {
      headers: { 'Content-Length': String(100 * 1024 * 1024 + 1), Expect: '100-continue' },
    });
    expect(status).toBe(413);
  });

  test('that cannot be read as an address are 400, and the host goes on', async () => {
    expect((await send('GET', '/api/seen', { headers: { Host: 'a b' } })).status).toBe(400);
    expect((await send('GET', '//api//seen')).status).toBe(404);
    expect((await send('GET', '/api/pick/%zz')).body.toString()).toBe('parameter %zz');
  });
});

describe('routing', () => {
  test('an unknown address is 404', async () => {
    expect((await send('GET', '/api/none')).status).toBe(404);
    expect((await send('GET', '/seen')).status).toBe(404);
    expect((await send('GET', '/')).status).toBe(404);
  });

  test('a method that no function takes is 405 with Allow', async () => {
    const { status, headers } = await send('DELETE', '/api/echo/1/2');
    expect(status).toBe(405);
    expect(headers.allow).toBe('OPTIONS, POST, PUT');
  });

  test('OPTIONS says what an address takes', async () => {
    const { status, headers } = await send('OPTIONS', '/api/pick/one');
    expect(status).toBe(204);
    expect(headers.allow).toBe('GET, HEAD, OPTIONS');
  });

  test('the exact route wins, unless only the wider one takes the method', async () => {
    expect((await send('GET', '/api/pick/one')).body.toString()).toBe('literal');
    expect((await send('GET', '/API/Pick/ONE/')).body.toString()).toBe('literal');
    expect((await send('GET', '/api/pick/two')).body.toString()).toBe('parameter two');
    expect((await send('POST', '/api/pick/two')).body.toString()).toBe('posted');
  });
});

describe('answers', () => {
  test('of bytes go out exactly', async () => {
    const { body, headers } = await send('GET', '/api/binary');
    expect([...body]).toEqual(Array.from({ length: 256 }, (_, index) => index));
    expect(headers['content-type']).toBe('application/octet-stream');
    expect(headers['content-length']).toBe('256');
  });

  test('of a stream go out whole', async () => {
    expect((await send('GET', '/api/streamed')).body).toEqual(
      Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('tail')]),
    );
  });

  test('without a body are empty, and nothing returned is 204', async () => {
    const empty = await send('GET', '/api/empty');
    expect([empty.status, empty.body.length]).toEqual([200, 0]);
    expect((await send('GET', '/api/nothing')).status).toBe(204);
  });

  test('to HEAD are those to GET without the body', async () => {
    const { status, headers, body } = await send('HEAD', '/api/binary');
    expect([status, headers['content-length'], body.length]).toEqual([200, '256', 0]);
  });

  test('carry cookies', async () => {
    expect((await send('GET', '/api/cookies')).headers['set-cookie']).toEqual([
      'a=1%202; Max-Age=60; HttpOnly; SameSite=Lax',
      'b=2; Path=/',
    ]);
  });

  test('of a handler that throws are 500 without the reason, and the host goes on', async () => {
    const { status, body } = await send('GET', '/api/fails');
    expect(status).toBe(500);
    expect(body.toString()).not.toContain('reason');
    await eventually(() => Promise.resolve(host.output().includes('a reason for the log only')));
    expect((await send('GET', '/api/empty')).status).toBe(200);
  });
});

describe('hooks and logs', () => {
  test('a pre hook replaces the handler and a post hook the result and the error', async () => {
    expect((await send('GET', '/api/hooked')).body.toString()).toBe('made by pre and post');
    const forgiven = await send('GET', '/api/forgiven');
    expect([forgiven.status, forgiven.body.toString()]).toEqual([200, 'forgiven']);
  });

  test('pre and post hooks share their data, and appStart ran once', async () => {
    await send('GET', '/api/fails');
    const events = JSON.parse((await send('GET', '/api/seen')).body.toString()) as {
      what: string;
      functionName?: string;
    }[];
    expect(events.filter(({ what }) => what === 'appStart')).toHaveLength(1);
    expect(events.findLast(({ functionName }) => functionName === 'fails')).toMatchObject({
      what: 'post',
      same: true,
      failed: true,
    });
  });

  test('context.log is printed as plain text with level and function, through the log hooks', async () => {
    await send('GET', '/api/logs');
    // The answer may come before the pipe has brought the line.
    await eventually(() => Promise.resolve(/\[logs\] my password is/.test(host.output())));
    expect(host.output()).toMatch(/^[\d-]+T[\d:.]+Z info {2}\[logs\] plain text$/m);
    expect(host.output()).toMatch(/^\S+ warn {2}\[logs\] my password is \*\*\*$/m);
    expect(host.output()).not.toContain('nobody asked');
  });
});

describe('the list of functions', () => {
  test('names methods and address, schedules, queues, and why a function does not run', () => {
    const output = host.output();
    const base = host.url.replace('127.0.0.1', 'localhost');
    expect(output).toContain(`echo: [POST,PUT] ${base}/api/echo/{id}/{*rest}`);
    expect(output).toContain('newYear: timer 0 0 0 1 1 * (UTC)');
    expect(output).toContain('notSet: does not run, the setting FIXTURE_NOT_SET is missing');
    expect(output).toContain('badSchedule: does not run, the schedule "0 0 25 * * *" is not NCRONTAB');
    expect(output).toContain('work: does not run, the setting FIXTURE_QUEUE is missing');
    expect(output).toContain('everySecond: does not run, it is disabled by the setting');
    expect(output).toContain('constrained: does not run, the segment "{id:int}"');
  });
});
