import { problemsOf } from './one-source';

const read = (kind: string): string[] =>
  problemsOf('one', kind, {
    baseUrl: 'https://lms.example.com',
    clientId: 'id',
    clientSecret: 'secret',
  }).map(({ setting }) => setting);

test('a source without feeds needs no number at the L&D services; one with feeds does', () => {
  expect(read('t-book')).not.toContain('LMS__one__sourceSystemId');
  expect(read('khalibre')).toEqual(['LMS__one__sourceSystemId']);
});
