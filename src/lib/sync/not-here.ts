import { NotNamedError, SettingsError } from '../errors';

/** How long work waits for a worker that knows its source, milliseconds. A deployment from host to host takes less. */
const patienceMs = 30 * 60_000;

/** When work that is another worker's is looked at again, milliseconds. */
export const notHereMs = 30_000;

/**
 * Why this worker's settings do not open something, as those of an older version while a newer one is rolled out, or
 * of a command line with others: the work is left to a worker whose settings do.
 * @param open opens it. @returns undefined when it could be opened. @throws what else `open` throws.
 */
export function whyNotHere(open: () => unknown): NotNamedError | SettingsError | undefined {
  try {
    open();
    return undefined;
  } catch (error) {
    if (error instanceof NotNamedError || error instanceof SettingsError) return error;
    throw error;
  }
}

/** Whether no other worker will come any more. @param leftAt when the work was first left; both in ms since 1970. */
export const isLeftForGood = (leftAt: number, now: number): boolean => now - leftAt >= patienceMs;

/** Why work failed that nobody took up. */
export const nobodyCame = (why: string): string => `For half an hour no worker could take it up: ${why}`;
