import { source } from 'axe-core';
import type { Page } from 'playwright-core';

/** What axe finds wrong with a page as it is: the rule, and where. */
export async function faultsOf(page: Page): Promise<string[]> {
  await page.evaluate(source);
  const found = (await page.evaluate('axe.run()')) as {
    violations: { id: string; help: string; nodes: { html: string }[] }[];
  };
  return found.violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html }) => `${id}: ${help}: ${html.slice(0, 200)}`),
  );
}
