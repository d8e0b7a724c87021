import type { ServerOptions } from '../server';

/** How this T-book is set up. All of it can be changed while it runs, but for what makes the data. */
export interface TBookOptions extends ServerOptions {
  /** Makes the data: the same seed gives the same learners. */
  seed: number;
  learners: number;
  entities: number;
  clientId: string;
  clientSecret: string;
  /** Another secret than the client's, as in the real one. */
  ltiSecret: string;
  tokenSeconds: number;
  /** What writes answer is not published. */
  writeAnswers: 'json' | 'empty' | 'text';
}

export const tBookDefaults: TBookOptions = {
  seed: 7,
  learners: 60,
  entities: 4,
  clientId: 'lms-bridge',
  clientSecret: 'sandbox+tbook/client==',
  ltiSecret: 'sandbox+tbook/for-lti&==',
  tokenSeconds: 3600,
  writeAnswers: 'json',
};
