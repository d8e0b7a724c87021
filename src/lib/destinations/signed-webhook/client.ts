import { z } from 'zod';
import { AuthError, RefusedError } from '../../errors';
import { createHttpClient, type ClientDeps } from '../../http/client';
import { systemClock } from '../../http/clock';
import type { System } from '../../http/target';
import type { Batch, PostOptions } from '../destination';
import type { WebhookSettings } from './settings';
import { signer } from '../sign';

/** Of one batch: what a paused worker's successor waits for before it sends. */
export const deadlineMs = 15_000;

const contentType = 'application/cloudevents-batch+json; charset=utf-8';

/** Sends batches of events; any 2xx takes one. */
export function createWebhookClient(
  settings: WebhookSettings,
  deps: ClientDeps,
): (batch: Batch, delivery: PostOptions) => Promise<void> {
  const system = systemOf(settings);
  const clock = deps.clock ?? systemClock;
  return async ({ json }, { idempotencyKey, ...delivery }) => {
    const url = (await settings.url.read()).trim();
    const authorizer = signer(settings.secret, idempotencyKey, json, () => clock.now());
    // A signature is of one body: each batch has a client of its own.
    const http = createHttpClient({ ...deps, system, baseUrl: url, authorizer, deadlineMs });
    try {
      await http.json({
        method: 'POST',
        url,
        headers: { 'content-type': contentType },
        body: { type: 'json', text: json },
        schema: z.undefined(),
        anyBody: true,
        idempotent: true,
        ...delivery,
      });
    } catch (error) {
      throw explain(error, system);
    }
  };
}

export const systemOf = ({ id, prefix }: WebhookSettings): System => ({
  name: `webhook ${id}`,
  baseUrlSetting: `${prefix}url`,
  credentialSettings: `${prefix}secret`,
});

function explain(error: unknown, { name, baseUrlSetting, credentialSettings }: System): unknown {
  if (!(error instanceof RefusedError)) return error;
  const { status, code } = error;
  if (status === 410)
    return new RefusedError(
      `${name} wants no more events (410): take it out of DESTINATIONS, or correct ${baseUrlSetting}`,
      status,
      code,
      { cause: error },
    );
  if (status === 403)
    return new AuthError(
      `${name} does not permit the call (403); check ${credentialSettings}, and a signature within ${baseUrlSetting}`,
      status,
      { cause: error },
    );
  return error;
}
