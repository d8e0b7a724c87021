import { utc } from '../../src/lib/domain/time';
import type { SettingsOf } from '../../src/lib/sources/kind';
import { type Definitions, readGroup } from '../../src/lib/settings/read-group';
import { sharedSourceDefinitions } from '../../src/lib/settings/read-sources';
import { testSecret } from '../http/client-builder';

/** Settings of a source of which only this is set, and nothing is looked at twice. */
export function unsetSettings<D extends Definitions>(
  definitions: D,
  { id, kind, baseUrl }: { readonly id: string; readonly kind: string; readonly baseUrl: string },
): SettingsOf<D> {
  const prefix = `LMS__${id}__`;
  const env = { [`${prefix}kind`]: kind, [`${prefix}baseUrl`]: baseUrl };
  const values = readGroup(
    { ...sharedSourceDefinitions, ...definitions },
    prefix,
    env,
    (setting, value) => testSecret(value, setting),
    [],
  );
  return {
    ...values,
    id,
    since: utc(Date.parse('2012-01-01')),
    lagMinutes: 10,
    relookHours: 0,
  } as SettingsOf<D>;
}
