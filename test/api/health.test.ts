import { type Served, serve } from './served';

let served: Served | undefined;
afterEach(() => served?.stop());

const health = async (): Promise<number> => (await fetch(`${served!.url}/health`)).status;

test('a lone source with wrong settings leaves health alone: the app is well', async () => {
  served = await serve({ env: { LMS_SOURCES: 'openedx', LMS__openedx__baseUrl: 'not an address' } });
  expect(await health()).toBe(200);
}, 30_000);
