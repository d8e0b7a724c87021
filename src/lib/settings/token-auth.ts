import type { SettingsProblem } from '../errors';
import { define } from './definition';
import { webAddress, oneOf, text } from './parse';
import type { Environment, Values } from './read-group';
import type { Secret } from './secret';

/** How a destination's token is had. */
export type TokenAuth =
  | {
      readonly type: 'oauth2';
      readonly tokenUrl: string;
      readonly clientId: string;
      readonly clientSecret: Secret;
      readonly scope: string | undefined;
    }
  | {
      readonly type: 'entra';
      readonly tenantId: string;
      readonly clientId: string;
      readonly clientSecret: Secret;
      readonly scope: string;
      /** Another Entra than the public one; undefined: that one. */
      readonly authorityHost: string | undefined;
    }
  | { readonly type: 'managed-identity'; readonly scope: string; readonly clientId: string | undefined };

/** The settings of every destination that wants a token. @param standard the way that is taken when none is named. */
export const tokenDefinitions = <const D extends TokenAuth['type']>(
  standard: D,
  scope: { readonly default?: string; readonly doc: string },
) => ({
  auth: define({
    schema: oneOf('entra', 'managed-identity', 'oauth2'),
    default: standard,
    doc: 'How a token is had: `entra` (tenantId, clientId, clientSecret, scope), `managed-identity` (scope), `oauth2` (tokenUrl, clientId, clientSecret, scope).',
  }),
  tenantId: define({ schema: text, doc: '`entra`: the tenant.' }),
  tokenUrl: define({ schema: webAddress, doc: '`oauth2`: the token endpoint.' }),
  clientId: define({
    schema: text,
    doc: '`entra`, `oauth2`: the client. `managed-identity`: the user-assigned identity, if any.',
  }),
  clientSecret: define({ schema: text, secret: true, doc: '`entra`, `oauth2`: its secret.' }),
  scope: define({ schema: text, ...scope }),
});

/** @param problems is added to when the way that is named lacks something. */
export function readTokenAuth(
  values: Partial<Values<ReturnType<typeof tokenDefinitions>>>,
  prefix: string,
  env: Environment,
  problems: SettingsProblem[],
): TokenAuth | undefined {
  const { auth, clientId, scope } = values;
  const before = problems.length;
  const need = <T>(value: T | undefined, name: string): T => {
    if (value === undefined)
      problems.push({ setting: prefix + name, message: `is missing: ${prefix}auth is ${auth}` });
    return value as T;
  };
  const read = (): TokenAuth | undefined => {
    switch (auth) {
      case 'oauth2':
        return {
          type: 'oauth2',
          tokenUrl: need(values.tokenUrl, 'tokenUrl'),
          clientId: need(clientId, 'clientId'),
          clientSecret: need(values.clientSecret, 'clientSecret'),
          scope,
        };
      case 'entra':
        return {
          type: 'entra',
          tenantId: need(values.tenantId, 'tenantId'),
          clientId: need(clientId, 'clientId'),
          clientSecret: need(values.clientSecret, 'clientSecret'),
          scope: need(scope, 'scope'),
          // The Azure SDK's own name for it.
          authorityHost: env.AZURE_AUTHORITY_HOST?.trim() || undefined,
        };
      case 'managed-identity':
        return { type: 'managed-identity', scope: need(scope, 'scope'), clientId };
      case undefined:
        return undefined;
    }
  };
  const found = read();
  return problems.length === before ? found : undefined;
}
