/** What `scripts/page-script.cjs` makes of `browser/`; the build, the package and the tests put it here. */
declare const PAGE_SCRIPT: string;

/** What a page does in the browser: see `browser/page.ts`. */
export const script = PAGE_SCRIPT;
