import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';

const script = join(__dirname, '../../scripts/app-roles.mjs');
const principal = '33333333-3333-3333-3333-333333333333';
const role = (id: string, value: string, type = 'Application'): object => ({
  id,
  value,
  isEnabled: true,
  allowedMemberTypes: [type],
});
const api = {
  id: 'graph-object-id',
  displayName: 'Microsoft Graph',
  appRoles: [
    role('a', 'LearningContent.ReadWrite.All'),
    role('b', 'User.ReadBasic.All'),
    role('c', 'LearningProvider.ReadWrite', 'User'),
  ],
};

let server: Server;
let base: string;
let assignments: { id: string; appRoleId: string; resourceId: string; principalId: string }[];
let refused: number | undefined;
/** What changed something. */
let writes: string[];

beforeAll(async () => {
  server = createServer((request, response) => {
    const answer = (status: number, body?: object): void =>
      void response
        .writeHead(status, { 'content-type': 'application/json' })
        .end(body && JSON.stringify(body));
    const { method = '', url = '' } = request;
    const own = `/servicePrincipals/${principal}/appRoleAssignments`;
    if (request.headers.authorization !== 'Bearer made-up-token') return answer(401, {});
    if (method !== 'GET') {
      writes.push(`${method} ${url}`);
      if (refused) return answer(refused, { error: { message: 'Insufficient privileges' } });
    }
    if (url.startsWith("/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')"))
      return answer(200, api);
    if (method === 'GET' && url === own)
      return answer(200, { value: assignments.slice(0, 1), '@odata.nextLink': `${base}${own}?$skiptoken=1` });
    if (method === 'GET' && url === `${own}?$skiptoken=1`)
      return answer(200, { value: assignments.slice(1) });
    if (method === 'DELETE' && url.startsWith(`${own}/`)) {
      assignments = assignments.filter(({ id }) => id !== url.slice(own.length + 1));
      return answer(204);
    }
    if (method !== 'POST' || url !== own) return answer(404, {});
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      const given = JSON.parse(text) as Omit<(typeof assignments)[number], 'id'>;
      assignments.push({ id: `new-${assignments.length}`, ...given });
      answer(201, {});
    });
  }).listen(0, '127.0.0.1');
  await new Promise((listening) => server.once('listening', listening));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());
beforeEach(() => {
  refused = undefined;
  writes = [];
  assignments = [
    { id: 'other', appRoleId: 'a', resourceId: 'another-api', principalId: principal },
    { id: 'basic', appRoleId: 'b', resourceId: api.id, principalId: principal },
  ];
});

async function run(...args: string[]): Promise<{ code: number; text: string }> {
  const env = { ...process.env, GRAPH_URL: base, GRAPH_TOKEN: 'made-up-token' };
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [script, ...args], { env });
    return { code: 0, text: stdout };
  } catch (error) {
    const { code, stderr } = error as { code: number; stderr: string };
    return { code, text: stderr };
  }
}

test('missing roles are given, those that are there stay, and a second time changes nothing', async () => {
  const args = [principal, 'graph', 'LearningContent.ReadWrite.All', 'User.ReadBasic.All'];
  expect(await run(...args)).toEqual({
    code: 0,
    text: 'LearningContent.ReadWrite.All of Microsoft Graph: given\nUser.ReadBasic.All of Microsoft Graph: was given before\n',
  });
  expect(assignments.at(-1)).toMatchObject({ appRoleId: 'a', resourceId: api.id, principalId: principal });
  expect(writes).toHaveLength(1);
  expect((await run(...args)).text).not.toContain(': given\n');
  expect(writes).toHaveLength(1);
});

test('roles are taken away by name, and no others', async () => {
  const { text } = await run(
    principal,
    'graph',
    'User.ReadBasic.All',
    'LearningContent.ReadWrite.All',
    '--remove',
  );
  expect(text).toBe(
    'User.ReadBasic.All of Microsoft Graph: taken away\nLearningContent.ReadWrite.All of Microsoft Graph: was not given\n',
  );
  expect(assignments.map(({ id }) => id)).toEqual(['other']);
});

test('one unknown role, or one for people alone, and nothing is changed', async () => {
  for (const unknown of ['LearningContents.Write', 'LearningProvider.ReadWrite']) {
    const { code, text } = await run(principal, 'graph', 'LearningContent.ReadWrite.All', unknown);
    expect(code).toBe(1);
    expect(text).toContain(`has no application permission ${unknown}`);
  }
  expect(writes).toEqual([]);
});

test('what went wrong is said in a sentence, without the token', async () => {
  refused = 403;
  const { code, text } = await run(principal, 'graph', 'LearningContent.ReadWrite.All');
  expect([code, text]).toEqual([1, '403: this needs the role Privileged Role Administrator in Entra.\n']);
  expect(await run('44444444-4444-4444-4444-444444444444', 'graph', 'User.ReadBasic.All')).toEqual({
    code: 1,
    text: '404: there is no such identity in this tenant.\n',
  });
  expect((await run(principal, '55555555-5555-5555-5555-555555555555', 'Sync.Write')).text).toBe(
    '404: there is no such API in this tenant.\n',
  );
  expect((await run(principal)).text).toContain('Use: node scripts/app-roles.mjs');
});
