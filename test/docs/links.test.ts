import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const root = join(__dirname, '../..');
const pages = globSync(['*.md', 'docs/*.md', 'infra/*.md'], { cwd: root }).sort();
const textOf = (path: string): string => readFileSync(path, 'utf8').replace(/```[\s\S]*?```/g, '');

/** The anchors that GitHub gives a page's headings: small letters, hyphens for blanks, no other signs. */
function anchorsOf(path: string): Set<string> {
  const slug = (heading: string): string =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-');
  return new Set([...textOf(path).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) => slug(heading ?? '')));
}

test.each(pages)('every link of %s leads to something', (page) => {
  const path = join(root, page);
  const links = [...textOf(path).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link ?? '');
  const astray = links.filter((link) => {
    if (/^(https?:|mailto:)/.test(link)) return false;
    const [file = '', anchor] = link.split('#');
    const target = file === '' ? path : resolve(dirname(path), file);
    if (!existsSync(target)) return true;
    return anchor !== undefined && !anchorsOf(target).has(anchor);
  });
  expect(astray).toEqual([]);
});

test('there are pages to look at', () => expect(pages.length).toBeGreaterThan(8));
