import { key, page, withKey } from './key';

/** The path of the API, with a slash at its end. */
export const api = new URL(document.body.getAttribute('data-api') ?? '', page).pathname;

/** The API, or the host before it, refused the call. */
export class Refused extends Error {
  constructor(
    message: string,
    readonly fields: readonly { readonly field?: string }[],
  ) {
    super(message);
  }
}

/**
 * Calls this app, by POST where there is a body.
 * @throws Refused, or an Error when the app cannot be reached; each says so in a sentence for people.
 */
export async function call(path: string, body?: string): Promise<string> {
  const answer = await fetch(path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      ...(key && { 'x-functions-key': key }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    body,
    cache: 'no-store',
    credentials: 'same-origin',
    signal: AbortSignal.timeout(30_000),
  }).catch(() => {
    throw new Error('The app cannot be reached');
  });
  const text = await answer.text();
  if (answer.ok) return text;
  const { detail, title, errors } = problemIn(text);
  throw new Refused(
    detail ||
      title ||
      (answer.status === 401
        ? 'The key that opened this page is no longer good; open it with another'
        : `The app answers ${answer.status}`),
    errors ?? [],
  );
}

interface Problem {
  readonly detail?: string;
  readonly title?: string;
  readonly errors?: readonly { readonly field?: string }[];
}

function problemIn(text: string): Problem {
  try {
    return JSON.parse(text) as Problem;
  } catch {
    // Not the app's own answer.
    return {};
  }
}

/** A part of this very page, of one run or from one run on. */
export async function part(name: 'now' | 'run' | 'runs', runId?: string): Promise<Document> {
  const query = new URLSearchParams(page.search);
  query.delete('code');
  query.set('part', name);
  if (runId) query.set('runId', runId);
  const text = await call(`${page.pathname}?${query.toString()}`);
  return withKey(new DOMParser().parseFromString(text, 'text/html'));
}
