import { AuthError, PayloadError, RefusedError } from '../errors';
import { createHttpClient, type ClientDeps } from '../http/client';
import type { Authorizer, HttpAnswer, HttpCall, HttpClient } from '../http/http';
import type { System } from '../http/target';
import type { SourceSettings } from '../settings/types';

/** What every vendor's client has: a way to call, and the sentences for what goes wrong, in the source's name. */
export abstract class VendorClient<S extends SourceSettings = SourceSettings> {
  readonly system: System;
  private readonly http: HttpClient;

  /**
   * @param credentials the settings that hold what the vendor is asked with, for messages.
   * @param authorizer makes what puts them on a call; none: the vendor is asked as anybody may ask.
   */
  constructor(
    protected readonly settings: S,
    deps: ClientDeps,
    credentials: readonly string[],
    authorizer: (system: System) => Authorizer | undefined,
  ) {
    const { id, baseUrl } = settings;
    this.system = {
      name: `source ${id}`,
      baseUrlSetting: this.setting('baseUrl'),
      credentialSettings: credentials.map((name) => this.setting(name)).join(' and '),
    };
    const { system } = this;
    this.http = createHttpClient({ ...deps, system, baseUrl, authorizer: authorizer(system) });
  }

  /** The whole name of one of the source's settings. */
  setting(name: string): string {
    return `LMS__${this.settings.id}__${name}`;
  }

  /** An answer that is not what it should be. @param what goes on from the source's name. */
  wrong(what: string): PayloadError {
    return new PayloadError(`${this.system.name} ${what}`);
  }

  /** @param given the id in the answer, as far as it has one. @throws PayloadError when it is another course's. */
  requireCourse(courseId: string, given: string | undefined, advice = ''): void {
    if (given !== undefined && given !== courseId)
      throw this.wrong(`answered another course than the one that was asked for${advice}`);
  }

  /**
   * Makes a call. @param explained what is told of a refusal, where more is known of it than the HTTP client can say.
   * @throws as `HttpClient.json` does.
   */
  protected async send<T>(
    call: HttpCall<T>,
    explained: (refusal: RefusedError) => Error = (refusal) => refusal,
  ): Promise<HttpAnswer<T>> {
    try {
      return await this.http.json(call);
    } catch (error) {
      throw isRefusal(error) ? explained(error) : error;
    }
  }

  /** A refusal in words of ours, see `told`. */
  protected refused(cause: RefusedError, ...words: Words): RefusedError {
    const { status, code, reason } = cause;
    return new RefusedError(this.told(cause, ...words), status, code, { cause, reason });
  }

  /** A refusal whose cause are the credentials, or their rights; see `told`. */
  protected forbidden(cause: RefusedError, ...words: Words): AuthError {
    return new AuthError(this.told(cause, ...words), cause.status, { cause });
  }

  /** `<source> <what> (<label>): <the vendor's own reason><advice>`; the label is the status, unless it is given. */
  private told(
    { status, reason }: RefusedError,
    ...[what, advice = '', label = String(status)]: Words
  ): string {
    return `${this.system.name} ${what} (${label})${reason ? `: ${reason}` : ''}${advice}`;
  }
}

type Words = readonly [what: string, advice?: string, label?: string];

/** The vendor understood and said no. A redirect is no answer of the vendor's. */
const isRefusal = (error: unknown): error is RefusedError =>
  error instanceof RefusedError && (error.status < 300 || error.status >= 400);

export const isStatus = (error: unknown, status: number): error is RefusedError =>
  error instanceof RefusedError && error.status === status;

/** What may not be there. @returns undefined when the vendor says 404. */
export async function orNone<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isStatus(error, 404)) return undefined;
    throw error;
  }
}
