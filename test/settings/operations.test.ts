import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { academyOperations } from '../../sandbox/academy-of-mine/options';
import { readSettings } from '../../src/lib/settings';
import type { SourceEntry } from '../../src/lib/settings/types';
import type { AcademySettings } from '../../src/lib/sources/academy-of-mine/settings';

const all: Record<string, unknown> = academyOperations;
const without = (...names: string[]) =>
  Object.fromEntries(Object.entries(all).filter(([name]) => !names.includes(name)));

/** The source as it is read with these operations. */
type Entry = Exclude<SourceEntry, { ok: true }> | { readonly ok: true; readonly settings: AcademySettings };

function read(operations: string | undefined, more: Record<string, string> = {}) {
  const result = readSettings({
    AzureWebJobsStorage: 'UseDevelopmentStorage=true',
    LMS_SOURCES: 'aom',
    LMS__aom__kind: 'academy-of-mine',
    LMS__aom__baseUrl: 'https://academy.example.com',
    LMS__aom__sourceSystemId: '18',
    LMS__aom__accessToken: 'a token',
    ...(operations !== undefined && { LMS__aom__operations: operations }),
    LD__baseUrl: 'https://ld.example.com',
    LD__submittedBy: 'x',
    LD__auth: 'managed-identity',
    LD__scope: 's',
    ...more,
  });
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.settings.sources[0]! as Entry;
}
const problem = (operations: string | undefined, more = {}) => {
  const entry = read(operations, more);
  if (entry.ok) throw new Error('it is fine');
  expect(entry.problems).toHaveLength(1);
  expect(entry.problems[0]!.setting).toBe('LMS__aom__operations');
  return entry.problems[0]!.message;
};

test('operations are taken as JSON, or from a file', () => {
  const text = JSON.stringify(all);
  const file = join(mkdtempSync(join(tmpdir(), 'operations-')), 'operations.json');
  writeFileSync(file, text);
  const [given, fromFile] = [read(text), read(file)];
  expect(given).toMatchObject({ ok: true });
  expect(fromFile.ok && fromFile.settings.operations).toEqual(given.ok && given.settings.operations);
  expect(given.ok && given.settings.operations!['users.list']).toEqual({
    method: 'GET',
    path: '/api/users/list',
    paramsIn: 'query',
    params: {},
  });
});

test('a file as an editor of Windows saves it is read', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'operations-')), 'operations.json');
  writeFileSync(file, `\uFEFF${JSON.stringify(all)}`);
  expect(read(file)).toMatchObject({ ok: true });
});

test('missing ones are named, all of them', () => {
  expect(problem(undefined)).toContain('is missing');
  expect(problem(JSON.stringify(without('courses.get', 'users.create')))).toContain(
    'lacks courses.get, users.create;',
  );
});

test('those of learning paths are needed only when these are synced', () => {
  const text = JSON.stringify(without('learningPaths.list', 'learningPaths.get'));
  expect(read(text).ok).toBe(true);
  expect(problem(text, { LMS__aom__learningPaths: 'true' })).toContain('lacks learningPaths.list');
});

test('what a site does not offer is null, but a sync needs its three', () => {
  expect(read(JSON.stringify({ ...all, 'courses.remove': null })).ok).toBe(true);
  expect(problem(JSON.stringify({ ...all, 'courses.list': null }))).toContain('null for courses.list');
});

test.each([
  ['{', 'is no JSON object'],
  ['[]', 'names a file that cannot be read'],
  ['nowhere.json', 'names a file that cannot be read'],
  ['{"courses.lists": null}', 'did you mean courses.list?'],
  ['{"courses.list": {"method": "PATCH", "path": "/x"}}', 'no usable courses.list: method'],
  ['{"courses.list": {"method": "GET", "path": "api/x"}}', 'no usable courses.list: path'],
  ['{"courses.list": {"method": "GET", "path": "//elsewhere.example.com"}}', 'no usable courses.list: path'],
  ['{"courses.list": {"method": "GET", "path": "/api/…"}}', 'no usable courses.list: path'],
  ['{"courses.get": {"method": "GET", "path": "/api/{id"}}', 'no usable courses.get: path'],
  ['{"courses.get": {"method": "GET", "path": "/api/id}"}}', 'no usable courses.get: path'],
  ['{"courses.get": {"method": "GET", "path": "/api/{{id}}"}}', 'no usable courses.get: path'],
  ['{"courses.get": {"method": "GET", "path": "/api/../courses/{id}"}}', 'no usable courses.get: path'],
  ['{"courses.get": {"method": "GET", "path": "/api/%2E%2e/{id}"}}', 'no usable courses.get: path'],
  ['{"courses.list": {"method": "GET", "path": "/api/list?token=x"}}', 'no usable courses.list: path'],
  ['{"courses.list": "GET /api/list"}', 'no usable courses.list'],
  ['{"courses.list": {"method": "GET", "path": 5}}', 'no usable courses.list: path'],
  ['{"courses.list": {"method": "GET", "path": "/x", "params": []}}', 'no usable courses.list: params'],
  ['{"__proto__": {"method": "GET", "path": "/x"}}', 'names the unknown operation __proto__'],
  [
    '{"courses.get": {"method": "GET", "path": "/api/{courseId}"}}',
    'has {courseId} in the path of courses.get',
  ],
])('%s cannot be used', (text, message) => {
  expect(problem(text)).toContain(message);
});
