import type { z } from 'zod';
import { AuthError, PayloadError, RefusedError, SettingsError, UnsupportedError } from '../../errors';
import { createHttpClient, type ClientDeps } from '../../http/client';
import type { HttpClient } from '../../http/http';
import { staticTokenAuthorizer } from '../../http/static-token';
import type { System } from '../../http/target';
import type { OperationName } from './operations';
import type { AcademySettings } from './settings';
import type { Call } from '../source';
import { academyReason } from './reason';

export type Params = Readonly<Record<string, unknown>>;

/** Calls operations by their name: where each is stands in the settings. */
export class AcademyClient {
  readonly system: System;
  private readonly http: HttpClient;
  private readonly setting: string;

  /** @throws SettingsError without a token. */
  constructor(
    private readonly settings: AcademySettings,
    deps: ClientDeps,
  ) {
    const prefix = `LMS__${settings.id}__`;
    this.setting = `${prefix}operations`;
    this.system = {
      name: `source ${settings.id}`,
      baseUrlSetting: `${prefix}baseUrl`,
      credentialSettings: `${prefix}accessToken`,
    };
    const { accessToken, baseUrl } = settings;
    if (!accessToken) throw new SettingsError([{ setting: `${prefix}accessToken`, message: 'is missing' }]);
    const authorizer = staticTokenAuthorizer(accessToken);
    this.http = createHttpClient({ ...deps, system: this.system, baseUrl, authorizer });
  }

  /** Whether the customer's site has the operation. */
  has(name: OperationName): boolean {
    return Boolean(this.settings.operations?.[name]);
  }

  /** Whether the path of the operation has a place for the parameter. */
  namesInPath(name: OperationName, param: string): boolean {
    return this.settings.operations?.[name]?.path.includes(`{${param}}`) ?? false;
  }

  /** The size of pages that is asked for: that of the operation's own params, where they have one. */
  pageSize(name: OperationName, usual: number): number {
    const own = Number(this.settings.operations?.[name]?.params.page_size);
    return Number.isSafeInteger(own) && own > 0 ? own : usual;
  }

  /** Reads. May be repeated, whatever its method. */
  read<T>(name: OperationName, params: Params, schema: z.ZodType<T>, call: Call): Promise<T> {
    return this.send(name, params, schema, call, true);
  }

  /** Changes something: it is not repeated once it left. */
  write<T>(name: OperationName, params: Params, schema: z.ZodType<T>, call: Call): Promise<T> {
    return this.send(name, params, schema, call, false);
  }

  /** Reads one thing by its id. @returns undefined when it is not there. */
  async find<T>(name: OperationName, id: string, schema: z.ZodType<T>, call: Call): Promise<T | undefined> {
    try {
      return await this.read(name, { id }, schema, call);
    } catch (error) {
      if (error instanceof RefusedError && error.status === 404) return undefined;
      throw error;
    }
  }

  /** An answer that is not what it should be, as a sentence that names this source. */
  wrong(what: string): PayloadError {
    return new PayloadError(`${this.system.name} ${what}`);
  }

  /** The sentence for an operation whose path is likely to be wrong. */
  checkPath(name: OperationName): string {
    return `check the path of ${name} in ${this.setting}`;
  }

  private async send<T>(
    name: OperationName,
    given: Params,
    schema: z.ZodType<T>,
    call: Call,
    idempotent: boolean,
  ): Promise<T> {
    const operation = this.settings.operations?.[name];
    if (!operation)
      throw new UnsupportedError(
        `${this.system.name} has no operation ${name}; give its path in ${this.setting}`,
      );
    const { method, path, paramsIn } = operation;
    const params = { ...given, ...operation.params };
    const inPath = new Set<string>();
    const url = path.replace(/\{(\w+)\}/g, (_, param: string) => {
      inPath.add(param);
      return encodeURIComponent(asText(params[param]));
    });
    const rest = Object.entries(params).filter(([param]) => !inPath.has(param));
    try {
      const { data } = await this.http.json({
        method,
        url,
        ...(paramsIn === 'query'
          ? {
              query: Object.fromEntries(
                rest.flatMap(([key, value]) => (value == null ? [] : [[key, asText(value)]])),
              ),
            }
          : { body: { type: 'json' as const, text: JSON.stringify(Object.fromEntries(rest)) } }),
        schema,
        signal: call.signal,
        idempotent,
        reasonOf: academyReason,
      });
      return data;
    } catch (error) {
      throw this.explained(error, name);
    }
  }

  private explained(error: unknown, name: OperationName): unknown {
    if (!(error instanceof RefusedError) || error.code === 'redirect' || error.code === 'login') return error;
    const { status, code, reason } = error;
    const { name: who, credentialSettings } = this.system;
    if (status === 403) {
      const message = `${who} does not let this token use ${name} (403); check ${credentialSettings}`;
      return new AuthError(message, status, { cause: error });
    }
    const wrongPlace = status === 404 || status === 405;
    const why = reason ? `: ${reason}` : '';
    const advice = wrongPlace ? `; ${this.checkPath(name)}` : '';
    const message = `${who} refused ${name} (${status})${why}${advice}`;
    return new RefusedError(message, status, code, { cause: error, reason });
  }
}

/** In a query and a path, lists and objects are JSON text. */
const asText = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
