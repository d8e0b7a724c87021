import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { faults } from './inputs';

const all = Object.entries(faults).flatMap(([fault, inputs]) =>
  inputs.map(({ input, outcome, shown }) => [fault, input, outcome, shown] as const),
);

test.each(all)('%s: %s – %s', (_fault, _input, _outcome, [file, name, row = '']) => {
  const text = readFileSync(join(__dirname, '..', `${file}.test.ts`), 'utf8');
  const tests = text.split(/^\s*(?:test|it)(?:\.each)?\b/m);
  // Rows stand before the name of their test, or in a table above it.
  expect(tests.some((one) => one.includes(name))).toBe(true);
  expect(text).toContain(row);
});
