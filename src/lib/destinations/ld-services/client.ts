import { AuthError, RefusedError } from '../../errors';
import { createHttpClient, type ClientDeps } from '../../http/client';
import type { Authorizer } from '../../http/http';
import { withSecretHeader } from '../../http/secret-header';
import type { System } from '../../http/target';
import type { Batch, PostOptions } from '../destination';
import { tokenAuthorizer, tokenSettings } from '../token';
import { acknowledgement, countErrors } from './schema';
import type { LdSettings } from './settings';

export interface LdDeps extends ClientDeps {
  /** Wins over the way in that the settings name. */
  readonly authorizer?: Authorizer;
}

/** The two operations of the service; both are upserts, so a batch may be sent again as it is. */
export function createLdClient(
  settings: LdSettings,
  deps: LdDeps,
  deadlineMs: number,
): (batch: Batch, delivery: PostOptions) => Promise<void> {
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

/** The token, and the subscription key if there is one. */
export function ldCredentials(settings: LdSettings, deps: LdDeps): Authorizer {
  const { subscriptionKey, auth, prefix } = settings;
  const inner = deps.authorizer ?? tokenAuthorizer(auth, { name: systemOf(settings).name, prefix }, deps);
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
    const what = `has no such operation or source system (404); check ${system.baseUrlSetting} and LMS__<id>__sourceSystemId`;
    return new RefusedError(`${system.name} ${what}`, status, error.code, { cause: error });
  }
  return error;
}

/** How messages name the service and its settings. */
export function systemOf({ auth, subscriptionKey, prefix }: LdSettings): System {
  const keys = tokenSettings(auth, prefix);
  if (subscriptionKey) keys.push(`${prefix}subscriptionKey`);
  return { name: 'L&D services', baseUrlSetting: `${prefix}baseUrl`, credentialSettings: keys.join(', ') };
}
