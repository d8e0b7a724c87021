import { z } from 'zod';
import { PayloadError, RefusedError } from '../../errors';
import type { ClientDeps } from '../../http/client';
import type { HttpCall } from '../../http/http';
import type { TBookSettings } from './settings';
import { clientCredentials } from '../client-credentials';
import { lone } from '../read-row';
import { refusalReason } from '../safe-words';
import type { Call } from '../source';
import { orNone, VendorClient } from '../vendor-client';
import { sentenceFor, statusOfCode } from './errors';
import type { Fields } from './fields';
import * as schema from './schema';

/** All calls of T-book that were ever published. */
export class TBookClient extends VendorClient<TBookSettings> {
  constructor(settings: TBookSettings, deps: ClientDeps) {
    super(settings, deps, ['clientId', 'clientSecret'], (system) =>
      clientCredentials(settings, deps, system, {
        tokenUrl: `${settings.baseUrl}/token`,
        encoding: 'multipart',
        fields: { grant_type: settings.grantType },
      }),
    );
  }

  /** The organisation itself. */
  client(call: Call) {
    return this.get('/getClient', oneClient, call);
  }

  entities(call: Call): Promise<unknown[]> {
    return this.get('/getEntities', schema.list, call);
  }

  entity(entityId: string, call: Call) {
    return orNone(this.get(`/getEntity/${encodeURIComponent(entityId)}`, oneEntity, call));
  }

  /** All of them at once: there are no pages. @param entityId those of one entity. */
  learners(entityId: string | undefined, call: Call): Promise<unknown[]> {
    const of = entityId === undefined ? '' : `/${encodeURIComponent(entityId)}`;
    return this.get(`/getAllLearners${of}`, schema.list, call);
  }

  learner(learnerId: string, call: Call) {
    return orNone(this.get(`/getOneLearner/${encodeURIComponent(learnerId)}`, oneLearner, call));
  }

  learnerByEmail(email: string, call: Call) {
    const fields: Fields = [
      ['identifierType', 'email'],
      ['identifier', email],
    ];
    return orNone(this.post('/getOneLearner', fields, oneLearner, call));
  }

  insertLearner(fields: Fields, call: Call): Promise<void> {
    return this.write('/insertLearner', fields, call);
  }

  updateLearner(fields: Fields, call: Call): Promise<void> {
    return this.write('/updateLearner', fields, call);
  }

  removeLearnerSession(fields: Fields, call: Call): Promise<void> {
    return this.write('/removeLearnerSession', fields, call);
  }

  authToken(fields: Fields, call: Call) {
    return this.post('/authToken', fields, schema.authToken, call);
  }

  /**
   * What a write answers is not published, so no answer to a 2xx is wrong but one that says no; the caller looks
   * whether it happened. May be repeated: a login is there once, and sessions add up to a set.
   */
  private async write(url: string, fields: Fields, call: Call): Promise<void> {
    try {
      await this.post(url, fields, schema.written, call);
    } catch (error) {
      if (!(error instanceof PayloadError)) throw error;
    }
  }

  private get<T>(url: string, type: z.ZodType<T>, call: Call): Promise<T> {
    return this.answer({ url, schema: type, signal: call.signal });
  }

  private post<T>(url: string, fields: Fields, type: z.ZodType<T>, call: Call): Promise<T> {
    const body = { type: 'multipart', fields } as const;
    return this.answer({ method: 'POST', url, body, schema: type, signal: call.signal, idempotent: true });
  }

  private async answer<T>(call: HttpCall<T>): Promise<T> {
    const { data } = await this.send(
      { ...call, schema: z.union([saysNo, call.schema]), reasonOf: refusalReason },
      (refusal) => this.explained(refusal),
    );
    const no = saysNo.safeParse(data);
    if (no.success) throw this.explained(refusalOf(no.data));
    return data as T;
  }

  private explained(error: RefusedError): Error {
    const { status, code } = error;
    const label = `${status}${code ? `, ${code}` : ''}`;
    const { baseUrlSetting, credentialSettings } = this.system;
    return status === 403
      ? this.forbidden(
          error,
          'does not give this to these credentials',
          `; check ${credentialSettings}`,
          label,
        )
      : this.refused(error, sentenceFor(status, baseUrlSetting), '', label);
  }
}

/** A 200 that carries an error is one. */
function refusalOf({ error }: z.infer<typeof saysNo>): RefusedError {
  const code = /^[\w.-]{1,64}$/.test(error.code) ? error.code : undefined;
  return new RefusedError('', (code && statusOfCode[code]) || 200, code, {
    reason: refusalReason({ error }),
  });
}

const oneClient = lone(schema.client, ['name']);
const oneEntity = lone(schema.entityRow, ['entityID']);
const oneLearner = lone(schema.learnerRow, ['learnerID']);

/** Of T-book's own form, or the bare code that OAuth servers write. */
const saysNo = z.object({
  error: z.union([
    z.object({ code: z.coerce.string(), message: z.string().nullish() }),
    z
      .string()
      .min(1)
      .transform((code) => ({ code, message: undefined })),
  ]),
});
