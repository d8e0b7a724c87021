import { apiAddress } from '../../src/lib/api/api-address';

test.each([
  ['https://example.com/api/enrolments', '/enrolments'],
  ['https://example.com/api/enrolments/?code=secret', '/enrolments'],
  ['https://example.com/api/Enrolments?code=secret', '/enrolments'],
  ['https://example.com/api/enrolments/Remove//?code=secret&next=/enrolments/remove', '/enrolments/remove'],
  ['https://example.com/api//resync?code=secret', '/resync'],
])('the address of the API is that of %s without route and key', (url, route) => {
  expect(apiAddress(url, route)).toBe('https://example.com/api');
});

test('a gateway may put it below another path, or below none', () => {
  expect(apiAddress('https://example.com/lms/v1/enrolments', '/enrolments')).toBe(
    'https://example.com/lms/v1',
  );
  expect(apiAddress('https://example.com/resync', '/resync')).toBe('https://example.com');
});
