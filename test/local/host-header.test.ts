import { request } from 'node:http';
import { type Served, serve } from '../api/served';

let served: Served;
beforeAll(async () => void (served = await serve()), 60_000);
afterAll(() => served.stop());

/** fetch sends no Host header of one's own. */
const statusFor = (host: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    request(`${served.url}/health`, { headers: { host } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    })
      .on('error', reject)
      .end();
  });

test.each([
  ['localhost:7071', 200],
  ['127.0.0.1', 200],
  ['[::1]:7071', 200],
  ['rebound.example.com', 421],
  ['127.0.0.1.example.com:7071', 421],
  ['localhost.example.com', 421],
])('the local host asked as %s answers %d', async (host, status) => {
  expect(await statusFor(host)).toBe(status);
});
