import { z } from 'zod';
import { AuthError, PayloadError, RefusedError } from '../../errors';
import { createHttpClient, type ClientDeps } from '../../http/client';
import type { Authorizer } from '../../http/http';
import { readForHeader } from '../../http/secret-header';
import type { System } from '../../http/target';
import type { Batch, PostOptions } from '../destination';
import type { XapiSettings } from './settings';

/** Of one call: what a paused worker's successor waits for before it sends. */
export const deadlineMs = 30_000;

const storedIds = z.array(z.string());

interface Statement {
  readonly id: string;
}

/**
 * Sends batches of statements, each of which an LRS takes as a whole or not at all.
 * @see https://github.com/adlnet/xAPI-Spec/blob/1.0.3/xAPI-Communication.md#212-post-statements
 */
export function createXapiClient(
  settings: XapiSettings,
  deps: ClientDeps,
): (batch: Batch, delivery: PostOptions) => Promise<void> {
  const system = systemOf(settings);
  const { baseUrl } = settings;
  const http = createHttpClient({ ...deps, system, baseUrl, authorizer: basic(settings), deadlineMs });

  async function post(
    statements: readonly Statement[],
    { signal, fence, mayLandUntil }: PostOptions,
  ): Promise<void> {
    const { data } = await http.json({
      method: 'POST',
      url: '/statements',
      headers: versionHeader(settings),
      body: { type: 'json', text: JSON.stringify(statements) },
      schema: storedIds,
      // The ids are in the body: what was stored already is stored once.
      idempotent: true,
      signal,
      fence,
      mayLandUntil,
    });
    const stored = new Set(data.map((id) => id.toLowerCase()));
    if (!statements.every(({ id }) => stored.has(id)))
      throw new PayloadError(
        `${system.name} answered 200 without the ids of all statements; check ${system.baseUrlSetting}`,
      );
  }

  /** One that the LRS says it has: the id is made of what is said, so it has arrived. A batch is halved until it is alone. */
  async function postNew(statements: readonly Statement[], delivery: PostOptions): Promise<void> {
    try {
      await post(statements, delivery);
    } catch (error) {
      if (!isConflict(error)) throw explain(error, system);
      if (statements.length === 1) return;
      const middle = Math.ceil(statements.length / 2);
      await postNew(statements.slice(0, middle), delivery);
      await postNew(statements.slice(middle), delivery);
    }
  }

  return ({ json }, delivery) =>
    // A record is one statement, or an array of two.
    postNew((JSON.parse(Buffer.from(json).toString('utf8')) as (Statement | Statement[])[]).flat(), delivery);
}

export const systemOf = ({ id, prefix }: XapiSettings): System => ({
  name: `LRS ${id}`,
  baseUrlSetting: `${prefix}baseUrl`,
  credentialSettings: `${prefix}key and ${prefix}secret`,
});

export const versionHeader = ({ version }: XapiSettings) => ({ 'x-experience-api-version': version });

export function basic({ key, secret }: XapiSettings): Authorizer {
  return {
    async headers() {
      const pair = `${await readForHeader(key)}:${await readForHeader(secret)}`;
      return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
    },
    renew() {
      key.forget();
      secret.forget();
    },
  };
}

const isConflict = (error: unknown): boolean => error instanceof RefusedError && error.status === 409;

/** A missing right concerns every batch, so it is no refusal of this one. */
function explain(error: unknown, { name, credentialSettings }: System): unknown {
  if (!(error instanceof RefusedError) || error.status !== 403) return error;
  return new AuthError(
    `${name} does not let this key write statements (403); check ${credentialSettings}`,
    error.status,
    { cause: error },
  );
}
