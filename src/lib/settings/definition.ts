import type { z } from 'zod';

/** One setting: how it is read, what it stands for when left out, and what docs/settings.md says of it. */
export interface Definition<T = unknown> {
  readonly schema: z.ZodType<T, string>;
  /** As it would be written. Undefined: there is none, and the setting may be left out unless `required`. */
  readonly default?: string;
  readonly required?: boolean;
  /** May be written as `kv:NAME`. */
  readonly secret?: boolean;
  readonly doc: string;
}

export const define = <const D extends Definition>(definition: D): D => definition;
