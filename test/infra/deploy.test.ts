import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { byDefault, root } from './snapshots';

const page = readFileSync(join(root, 'docs/deploy.md'), 'utf8');
const row = (name: string): string | undefined =>
  new RegExp(`^\\| \`?${name}\`? +\\| (.*?) +\\|`, 'm').exec(page)?.[1];

test('the page gives a reason for each host setting, at its value in host.json', () => {
  const { functionTimeout, extensions } = JSON.parse(readFileSync(join(root, 'host.json'), 'utf8')) as {
    functionTimeout: string;
    extensions: { queues: Record<string, string | number> };
  };
  const { messageEncoding: _, ...queues } = extensions.queues;
  for (const [name, value] of Object.entries({ functionTimeout, ...queues }))
    expect([name, row(name)]).toEqual([name, String(value)]);
});

test('and for the size and number of instances', () => {
  const { scaleAndConcurrency } = byDefault.only('Microsoft.Web/sites').functionAppConfig;
  expect(scaleAndConcurrency).toEqual({
    instanceMemoryMB: Number(row('instance memory')?.replace(' MB', '')),
    maximumInstanceCount: Number(row('most instances')),
  });
});

test.each(['deploy', 'operations', 'security'])('a shell can read every command of %s.md', (name) => {
  const blocks = [...readFileSync(join(root, `docs/${name}.md`), 'utf8').matchAll(/```sh\n([\s\S]*?)```/g)];
  expect(blocks.length).toBeGreaterThan(0);
  for (const [, commands = ''] of blocks)
    expect([commands, spawnSync('sh', ['-n'], { input: commands }).stderr.toString()]).toEqual([
      commands,
      '',
    ]);
});
