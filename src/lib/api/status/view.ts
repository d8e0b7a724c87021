import type { Utc } from '../../domain/time';
import { withoutTrailingSlashes } from '../../slashes';
import { appOperations } from '../operations/app';
import { pathTo } from '../operations/operation';
import { html, type Html } from './html';

/** What every part of a page is drawn by. */
export interface View {
  readonly at: Utc;
  /**
   * Leads from the page to the API, such as `../../`. Links are relative, so that they hold behind a gateway that
   * calls the API otherwise.
   */
  readonly up: string;
}

/**
 * How a page that was called leads to the API.
 * @param url as it was called: hosts do not mind slashes at the end, browsers do. @param path of its operation.
 */
export function upFrom(url: string, path: string): string {
  const { pathname } = new URL(url);
  const slashes = pathname.length - withoutTrailingSlashes(pathname).length;
  return '../'.repeat(path.split('/').length - 2 + slashes) || './';
}

// The page's script adds the key that opened the page to whatever has `data-page`.

export const overviewLink = ({ up }: Pick<View, 'up'>, text: string): Html =>
  html`<a data-page href="${up}${pathTo(appOperations.getStatus)}">${text}</a>`;

export const runLink = ({ up }: Pick<View, 'up'>, runId: string): Html =>
  html`<a data-page class="id" href="${up}${pathTo(appOperations.getRunPage, { runId })}">${runId}</a>`;

export const sourceLink = ({ up }: Pick<View, 'up'>, id: string): Html =>
  html`<a data-page href="${up}${pathTo(appOperations.getSourcePage, { id })}">${id}</a>`;
