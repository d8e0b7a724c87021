import type { ServerOptions } from '../server';

export interface LrsOptions extends ServerOptions {
  key: string;
  secret: string;
  versions: string[];
  /** Bytes of body, then 413. */
  bodyLimit: number;
  /** The key may write and nothing else. */
  writeOnly: boolean;
  /** Answer 409 to whatever is there already, even when it is the same, as some do. */
  refusesRepeats: boolean;
}

export const lrsDefaults: LrsOptions = {
  key: 'sandbox-lrs-key',
  secret: 'sandbox-lrs-secret',
  versions: ['1.0.3', '2.0.0'],
  bodyLimit: 4 * 1024 * 1024,
  writeOnly: false,
  refusesRepeats: false,
};
