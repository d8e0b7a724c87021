import { sentence } from '../lib/errors';

/** One line of what `check` found. */
export interface Finding {
  readonly what: string;
  /** `unsure`: it works, and may be wrong all the same. */
  readonly result: 'ok' | 'unsure' | 'wrong';
  /** What was seen, or what is to be done. */
  readonly detail: string;
}

/** Tries something; whatever it throws is a finding too. @param look gives what was seen. */
export async function finding(what: string, look: () => Promise<string | Finding>): Promise<Finding> {
  try {
    const seen = await look();
    return typeof seen === 'string' ? { what, result: 'ok', detail: seen } : seen;
  } catch (error) {
    return { what, result: 'wrong', detail: sentence(error) };
  }
}
