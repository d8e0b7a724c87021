import { byPrecedence, matchRoute, parseRoute } from '../../local/routes';

const match = (route: string, path: string) => matchRoute(parseRoute('api', route), path);

test.each([
  ['runs/{runId}', '/api/runs/7', { runId: '7' }],
  ['runs/{runId}', '/api/runs/7/', { runId: '7' }],
  ['runs/{runId}', '/API/RUNS/Ab', { runId: 'Ab' }],
  ['runs/{runId}', '/api/runs/a%20b%2Fc', { runId: 'a b%2Fc' }],
  ['runs/{runId}', '/api/runs/%ff', { runId: '%ff' }],
  ['files/{*rest}', '/api/files/a/b', { rest: 'a/b' }],
  ['files/{*rest}', '/api/files', {}],
  ['list/{page?}', '/api/list', {}],
  ['list/{page?}', '/api/list/2', { page: '2' }],
  ['openapi.json', '/api/openapi.json', {}],
])('%s takes %s', (route, path, params) => expect(match(route, path)).toEqual(params));

test.each([
  ['runs/{runId}', '/api/runs'],
  ['runs/{runId}', '/api/runs/'],
  ['runs/{runId}', '/api/runs/7/cancel'],
  ['runs/{runId}', '/runs/7'],
  ['runs', '/api/runs/7'],
  ['a/b', '/api//a/b'],
])('%s does not take %s', (route, path) => expect(match(route, path)).toBeUndefined());

test.each(['a/{id:int}', 'a/x{id}', '{*rest}/a', '{page?}/a', 'a/{id=1}'])('%s is refused', (route) =>
  expect(() => parseRoute('api', route)).toThrow('not one that this host can match'),
);

test('an empty prefix leaves the route alone', () =>
  expect(matchRoute(parseRoute('', '/hello'), '/hello')).toEqual({}));

test('literals come before parameters and parameters before the rest', () => {
  const sorted = ['{*all}', 'a/{*rest}', 'a/{id}', 'a/b', 'a']
    .map((route) => parseRoute('', route))
    .sort(byPrecedence)
    .map(({ template }) => template);
  expect(sorted).toEqual(['a', 'a/b', 'a/{id}', 'a/{*rest}', '{*all}']);
});
