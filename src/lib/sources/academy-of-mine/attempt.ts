import { PayloadError, RetryableError } from '../../errors';

/** Does what must not be done twice. @returns the fault after which nobody knows whether it happened. */
export async function attempt(act: () => Promise<unknown>): Promise<Error | undefined> {
  try {
    await act();
    return undefined;
  } catch (error) {
    if (error instanceof RetryableError || error instanceof PayloadError) return error;
    throw error;
  }
}
