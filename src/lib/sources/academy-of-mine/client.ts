import type { z } from 'zod';
import { type RefusedError, UnsupportedError } from '../../errors';
import type { ClientDeps } from '../../http/client';
import { staticTokenAuthorizer } from '../../http/static-token';
import type { OperationName } from './operations';
import type { AcademySettings } from './settings';
import type { Call } from '../source';
import { orNone, VendorClient } from '../vendor-client';
import { academyReason } from './reason';

export type Params = Readonly<Record<string, unknown>>;

/** Calls operations by their name: where each is stands in the settings. */
export class AcademyClient extends VendorClient<AcademySettings> {
  constructor(settings: AcademySettings, deps: ClientDeps) {
    const { accessToken } = settings;
    super(settings, deps, ['accessToken'], () => accessToken && staticTokenAuthorizer(accessToken));
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
    return this.operate(name, params, schema, call, true);
  }

  /** Changes something: it is not repeated once it left. */
  write<T>(name: OperationName, params: Params, schema: z.ZodType<T>, call: Call): Promise<T> {
    return this.operate(name, params, schema, call, false);
  }

  /** Reads one thing by its id. @returns undefined when it is not there. */
  find<T>(name: OperationName, id: string, schema: z.ZodType<T>, call: Call): Promise<T | undefined> {
    return orNone(this.read(name, { id }, schema, call));
  }

  /** The sentence for an operation whose path is likely to be wrong. */
  checkPath(name: OperationName): string {
    return `check the path of ${name} in ${this.setting('operations')}`;
  }

  private async operate<T>(
    name: OperationName,
    given: Params,
    schema: z.ZodType<T>,
    call: Call,
    idempotent: boolean,
  ): Promise<T> {
    const operation = this.settings.operations?.[name];
    if (!operation)
      throw new UnsupportedError(
        `${this.system.name} has no operation ${name}; give its path in ${this.setting('operations')}`,
      );
    const { method, path, paramsIn } = operation;
    const params = { ...given, ...operation.params };
    const inPath = new Set<string>();
    const url = path.replace(/\{(\w+)\}/g, (_, param: string) => {
      inPath.add(param);
      return encodeURIComponent(asText(params[param]));
    });
    const rest = Object.entries(params).filter(([param]) => !inPath.has(param));
    const { data } = await this.send(
      {
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
      },
      (refusal) => this.explained(refusal, name),
    );
    return data;
  }

  private explained(error: RefusedError, name: OperationName): Error {
    const { status } = error;
    if (status === 403)
      return this.forbidden(
        error,
        `does not let this token use ${name}`,
        `; check ${this.system.credentialSettings}`,
      );
    const isWrongPlace = status === 404 || status === 405;
    return this.refused(error, `refused ${name}`, isWrongPlace ? `; ${this.checkPath(name)}` : '');
  }
}

/** In a query and a path, lists and objects are JSON text. */
const asText = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
