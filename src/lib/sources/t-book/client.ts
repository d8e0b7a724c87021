import { z } from 'zod';
import { PayloadError, RefusedError } from '../../errors';
import { createHttpClient, type ClientDeps } from '../../http/client';
import type { HttpCall, HttpClient } from '../../http/http';
import { oauth2Authorizer } from '../../http/oauth2';
import type { System } from '../../http/target';
import type { TBookSettings } from './settings';
import { lone } from '../read-row';
import { refusalReason } from '../safe-words';
import type { Call } from '../source';
import { explained, statusOfCode } from './errors';
import type { Fields } from './fields';
import * as schema from './schema';

/** All calls of T-book that were ever published. */
export class TBookClient {
  readonly system: System;
  private readonly http: HttpClient;

  constructor(settings: TBookSettings, deps: ClientDeps) {
    const prefix = `LMS__${settings.id}__`;
    this.system = {
      name: `source ${settings.id}`,
      baseUrlSetting: `${prefix}baseUrl`,
      credentialSettings: `${prefix}clientId and ${prefix}clientSecret`,
    };
    const { baseUrl, clientId = '', clientSecret, grantType = 'client_credential' } = settings;
    const authorizer = oauth2Authorizer({
      ...deps,
      system: this.system,
      tokenUrl: `${baseUrl}/token`,
      encoding: 'multipart',
      fields: async () => ({
        grant_type: grantType,
        client_id: clientId,
        client_secret: (await clientSecret?.read()) ?? '',
      }),
      secrets: clientSecret ? [clientSecret] : [],
    });
    this.http = createHttpClient({ ...deps, system: this.system, baseUrl, authorizer });
  }

  /** The organisation itself. */
  client(call: Call) {
    return this.get('/getClient', oneClient, call);
  }

  entities(call: Call): Promise<unknown[]> {
    return this.get('/getEntities', schema.list, call);
  }

  entity(entityId: string, call: Call) {
    return this.orNone(this.get(`/getEntity/${encodeURIComponent(entityId)}`, oneEntity, call));
  }

  /** All of them at once: there are no pages. @param entityId those of one entity. */
  learners(entityId: string | undefined, call: Call): Promise<unknown[]> {
    const of = entityId === undefined ? '' : `/${encodeURIComponent(entityId)}`;
    return this.get(`/getAllLearners${of}`, schema.list, call);
  }

  learner(learnerId: string, call: Call) {
    return this.orNone(this.get(`/getOneLearner/${encodeURIComponent(learnerId)}`, oneLearner, call));
  }

  learnerByEmail(email: string, call: Call) {
    const fields: Fields = [
      ['identifierType', 'email'],
      ['identifier', email],
    ];
    return this.orNone(this.post('/getOneLearner', fields, oneLearner, call));
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

  /** An answer that is not what it should be, as a sentence that names this source. */
  wrong(what: string): PayloadError {
    return new PayloadError(`${this.system.name} ${what}`);
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
    return this.send({ url, schema: type, signal: call.signal });
  }

  private post<T>(url: string, fields: Fields, type: z.ZodType<T>, call: Call): Promise<T> {
    const body = { type: 'multipart', fields } as const;
    return this.send({ method: 'POST', url, body, schema: type, signal: call.signal, idempotent: true });
  }

  private async send<T>(call: HttpCall<T>): Promise<T> {
    try {
      const { data } = await this.http.json({
        ...call,
        schema: z.union([saysNo, call.schema]),
        reasonOf: refusalReason,
      });
      const no = saysNo.safeParse(data);
      if (no.success) throw this.refusal(no.data);
      return data as T;
    } catch (error) {
      throw explained(error, this.system);
    }
  }

  /** A 200 that carries an error is one. */
  private refusal({ error }: z.infer<typeof saysNo>): RefusedError {
    const code = /^[\w.-]{1,64}$/.test(error.code) ? error.code : undefined;
    const reason = refusalReason({ error });
    return new RefusedError('', (code && statusOfCode[code]) || 200, code, { reason });
  }

  private async orNone<T>(answer: Promise<T>): Promise<T | undefined> {
    try {
      return await answer;
    } catch (error) {
      if (error instanceof RefusedError && error.status === 404) return undefined;
      throw error;
    }
  }
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
