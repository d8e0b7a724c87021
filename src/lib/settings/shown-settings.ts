import { sourceKindNamed } from '../sources/registry';
import { sourceDefinitions } from './definitions';
import type { Definitions } from './read-group';
import type { SourceSettings } from './types';

/** A setting as it may be shown. */
export interface ShownSetting {
  readonly name: string;
  /** What the app makes of it; undefined for a secret, of which no more is told than that it is set. */
  readonly value: string | undefined;
}

/** Of a source's settings those that are not as when left out. */
export function shownSettings(settings: SourceSettings): ShownSetting[] {
  const values = settings as unknown as Readonly<Record<string, unknown>>;
  const definitions: Definitions = { ...sourceDefinitions, ...sourceKindNamed(settings.kind)?.definitions };
  return Object.entries(definitions).flatMap(
    ([key, { secret, schema, default: standard }]): ShownSetting[] => {
      const value = values[key];
      if (value === undefined) return [];
      const name = `LMS__${settings.id}__${key}`;
      if (secret) return [{ name, value: undefined }];
      const text = inWords(value);
      const isStandard = standard !== undefined && inWords(schema.parse(standard)) === text;
      return isStandard || text === '' ? [] : [{ name, value: text }];
    },
  );
}

function inWords(value: unknown): string {
  if (Array.isArray(value)) return value.join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
