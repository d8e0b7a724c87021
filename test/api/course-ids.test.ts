import { request } from 'node:http';
import { type Served, serve } from './served';

// Through the built app in the local host, which reads paths as the platform does.
let served: Served;
beforeAll(async () => {
  served = await serve();
}, 60_000);
afterAll(() => served.stop());

/** Asks for a path as it stands: `fetch` would tidy it. */
function get(path: string): Promise<{ status: number; body: { id?: string; status?: number } }> {
  const { hostname, port, pathname } = new URL(served.url);
  return new Promise((resolve, reject) => {
    request({ hostname, port, path: `${pathname}${path}` }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) as { id?: string } }),
      );
    })
      .on('error', reject)
      .end();
  });
}

test.each([
  ['course-v1:ExampleX+C100+2026', 200],
  ['course-v1:Éxample+C%20+é', 200],
  ['a b?c#d&e=f', 200],
  // As courses of old are named; the pocket server takes no slash for a part of a name.
  ['ExampleX/C100/2026', 404],
])('the vendor is asked for the very course whose id comes percent-encoded: %s', async (id, expected) => {
  const { state, server } = served.bridge.sandbox.openEdx;
  state.putCourse({ id, name: 'A course' });
  const { status, body } = await get(`/sources/openedx/courses/${encodeURIComponent(id)}`);
  expect([status, body.id]).toEqual([expected, expected === 200 ? id : undefined]);
  expect(server.requests.entries.at(-1)?.path).toBe(`/api/courses/v1/courses/${id}/`);
});

test('plus and colon may stand as they are, since they mean themselves in a path', async () => {
  const id = 'course-v1:ExampleX+C200+2026';
  served.bridge.sandbox.openEdx.state.putCourse({ id, name: 'A course' });
  expect((await get(`/sources/openedx/courses/${id}`)).body.id).toBe(id);
});

test('no id leads out of its place', async () => {
  const { requests } = served.bridge.sandbox.openEdx.server;
  requests.clear();
  for (const id of ['%2e%2e', '%252e%252e', '..%2f..%2fgrades'])
    expect((await get(`/sources/openedx/courses/${id}`)).status).toBe(404);
  for (const { path } of requests.entries)
    expect(path).toMatch(/^\/(api\/courses\/v1\/courses\/.+\/|oauth2\/access_token)$/);
});
