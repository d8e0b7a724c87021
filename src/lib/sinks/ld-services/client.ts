import { AuthError, RefusedError } from '../../errors';
import { createHttpClient, type ClientDeps } from '../../http/client';
import type { Authorizer } from '../../http/http';
import { oauth2Authorizer } from '../../http/oauth2';
import { withSecretHeader } from '../../http/secret-header';
import type { System } from '../../http/target';
import type { LdAuth, LdSettings } from '../../settings/types';
import type { Batch, Delivery } from '../sink';
import { acknowledgement, countErrors } from './schema';

export interface LdDeps extends ClientDeps {
  /** Needed for the ways in that an SDK takes (`entra`, `managed-identity`); wins over `oauth2`. */
  readonly authorizer?: Authorizer;
}

/** The two operations of the service; both are upserts, so a batch may be sent again as it is. */
export function createLdClient(
  settings: LdSettings,
  deps: LdDeps,
  deadlineMs: number,
): (batch: Batch, delivery: Delivery) => Promise<void> {
  const system = systemOf(settings);
  const { baseUrl } = settings;
  const authorizer = ldCredentials(settings, deps);
  const http = createHttpClient({ ...deps, system, baseUrl, authorizer, deadlineMs });

  return async (batch, delivery) => {
    const answer = await http
      .json({
        method: 'POST',
        url: pathOf(batch),
        headers: { 'idempotency-key': delivery.idempotencyKey },
        body: { type: 'json', text: batch.json },
        schema: acknowledgement,
        signal: delivery.signal,
        fence: delivery.fence,
        mayLandUntil: delivery.mayLandUntil,
        idempotent: true,
      })
      .catch((error: unknown) => {
        throw explain(error, system);
      });
    const errors = countErrors(answer.data);
    if (errors === 0) return;
    throw new RefusedError(
      `${system.name} answered ${answer.status} with an error message in it (${errors} of ${batch.count} records)`,
      answer.status,
      'errormessage',
    );
  };
}

/** The token, and the subscription key if there is one. @throws TypeError when an SDK's authorizer is missing. */
export function ldCredentials(settings: LdSettings, deps: LdDeps): Authorizer {
  const { subscriptionKey, auth } = settings;
  const inner =
    deps.authorizer ?? (auth.type === 'oauth2' ? oauth2(auth, systemOf(settings), deps) : undefined);
  if (!inner) throw new TypeError(`LD__auth is ${auth.type}: an authorizer must be handed in`);
  return subscriptionKey ? withSecretHeader(inner, 'ocp-apim-subscription-key', subscriptionKey) : inner;
}

function pathOf(batch: Batch): string {
  return batch.kind === 'catalog'
    ? `/Catalog/${encodeURIComponent(batch.sourceSystemId)}/course`
    : '/Consumption/exptrack';
}

/** A missing right concerns every batch, so it is no refusal of this one. */
function explain(error: unknown, system: System): unknown {
  if (!(error instanceof RefusedError)) return error;
  const { status } = error;
  if (status === 403) {
    const what = `does not let this client write (403); check ${system.credentialSettings}`;
    return new AuthError(`${system.name} ${what}`, status, { cause: error });
  }
  if (status === 404) {
    const what = `has no such operation or source system (404); check LD__baseUrl and LMS__<id>__sourceSystemId`;
    return new RefusedError(`${system.name} ${what}`, status, error.code, { cause: error });
  }
  return error;
}

/** How messages name the service and its settings. */
export function systemOf({ auth, subscriptionKey }: LdSettings): System {
  const keys =
    auth.type === 'managed-identity' ? ['LD__scope'] : ['LD__clientId', 'LD__clientSecret', 'LD__scope'];
  if (subscriptionKey) keys.push('LD__subscriptionKey');
  return { name: 'L&D services', baseUrlSetting: 'LD__baseUrl', credentialSettings: keys.join(', ') };
}

function oauth2(auth: LdAuth & { type: 'oauth2' }, system: System, deps: LdDeps): Authorizer {
  const { tokenUrl, clientId, clientSecret, scope } = auth;
  return oauth2Authorizer({
    ...deps,
    system: {
      name: `token service of ${system.name}`,
      baseUrlSetting: 'LD__tokenUrl',
      credentialSettings: 'LD__clientId, LD__clientSecret and LD__scope',
    },
    tokenUrl,
    fields: async () => ({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: await clientSecret.read(),
      ...scopeFields(tokenUrl, scope),
    }),
    secrets: [clientSecret],
  });
}

/**
 * Entra's first version (`…/oauth2/token`) knows a resource and ignores a scope; its second version and others
 * know a scope, and Entra's refuses a resource.
 */
function scopeFields(tokenUrl: string, scope: string | undefined): Record<string, string> {
  if (!scope) return {};
  const firstVersion = new URL(tokenUrl).pathname.endsWith('/oauth2/token');
  return firstVersion ? { scope, resource: scope.replace(/\/\.default$/, '') } : { scope };
}
