import { api, call } from './call';
import { refresh } from './refresh';

/** What the API answers to a button or the form: one of these. */
export interface Done {
  readonly runs?: { readonly runId: string }[];
  readonly replayed?: number;
  readonly ended?: boolean;
  readonly system?: string;
}

const busy = new Set<string>();

/**
 * Calls the API for a button, which stays disabled until there is an answer.
 * @returns undefined when the same call is on its way. @throws what `call` throws.
 */
export async function post(path: string, body: string, button: HTMLButtonElement): Promise<Done | undefined> {
  if (busy.has(path + body)) return undefined;
  busy.add(path + body);
  button.disabled = true;
  try {
    const done = JSON.parse(await call(api + path, body)) as Done;
    void refresh();
    return done;
  } finally {
    busy.delete(path + body);
    button.disabled = false;
  }
}

const said = (): HTMLElement => document.getElementById('said') as HTMLElement;

/** Tells what a button did. */
export function say(text: string): void {
  said().textContent = text;
  said().className = 'said';
}

/** Tells why it did nothing. */
export function sayFault(error: unknown): HTMLElement {
  say((error as Error).message);
  said().className = 'said bad';
  return said();
}
