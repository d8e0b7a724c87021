import { z } from 'zod';
import { AuthError, PayloadError, RefusedError } from '../../errors';
import { createHttpClient, type ClientDeps } from '../../http/client';
import type { HttpCall, HttpClient } from '../../http/http';
import { oauth2Authorizer } from '../../http/oauth2';
import type { System } from '../../http/target';
import type { KhalibreSettings } from './settings';
import type { Call } from '../source';
import { refusalReason } from '../safe-words';
import { courseDetail, page, type Page } from './schema';

/** What a booking takes. Ids go out as the numbers that they are. */
export interface Booking {
  readonly courseId: string;
  readonly communityId: string;
  readonly learnerEmail: string;
  readonly learnerFirstname?: string;
  readonly learnerLastname?: string;
}

/** The five actions of Khalibre's API, and the sentences for what each refuses. */
export class KhalibreClient {
  readonly system: System;
  private readonly http: HttpClient;
  private readonly root: string;
  private readonly prefix: string;

  constructor(
    private readonly settings: KhalibreSettings,
    deps: ClientDeps,
  ) {
    this.prefix = `LMS__${settings.id}__`;
    this.system = {
      name: `source ${settings.id}`,
      baseUrlSetting: `${this.prefix}baseUrl`,
      credentialSettings: `${this.prefix}clientId and ${this.prefix}clientSecret`,
    };
    this.root = `/o/kh-gateway/lms/${settings.apiVersion ?? 'v1.1'}`;
    const { baseUrl, clientId = '', clientSecret } = settings;
    const authorizer = oauth2Authorizer({
      ...deps,
      system: this.system,
      tokenUrl: `${baseUrl}/o/oauth2/token`,
      fields: async () => ({
        grant_type: 'client_credentials',
        client_id: clientId,
        client_secret: (await clientSecret?.read()) ?? '',
      }),
      secrets: clientSecret ? [clientSecret] : [],
    });
    this.http = createHttpClient({ ...deps, system: this.system, baseUrl, authorizer });
  }

  /**
   * Read courses: those with the visibility "API".
   * @param number from 1. @returns undefined when there is no such page after the first.
   */
  async courses(number: number, call: Call): Promise<Page | undefined> {
    try {
      return await this.page('/courses', number, {}, call);
    } catch (error) {
      if (status(error) !== 404) throw error;
      if (number > 1) return undefined;
      throw this.refused(
        error,
        `has no LMS API ${this.settings.apiVersion ?? 'v1.1'} there, or API integrations are off; ` +
          `check ${this.prefix}baseUrl, ${this.prefix}apiVersion and Settings > API Integrations`,
      );
    }
  }

  /** Read course detail. @returns undefined when there is no such course, or none that may be seen. */
  async course(courseId: string, call: Call): Promise<unknown> {
    try {
      return await this.get(`/course/${encodeURIComponent(courseId)}`, {}, courseDetail, call);
    } catch (error) {
      if (status(error) === 404) return undefined;
      throw error;
    }
  }

  /** Progress by course ID. @param number from 1. @returns undefined when there is none: the course, or that page. */
  async progressOfCourse(courseId: string, number: number, call: Call): Promise<Page | undefined> {
    try {
      return await this.page(`/progress/course/${encodeURIComponent(courseId)}`, number, {}, call);
    } catch (error) {
      if (status(error) === 404) return undefined;
      throw error;
    }
  }

  /** Progress by email. @param number from 1. @returns undefined when there is none: of that address, or that page. */
  async progressOfLearner(learnerEmail: string, number: number, call: Call): Promise<Page | undefined> {
    try {
      return await this.page('/progress/learner', number, { learnerEmail }, call);
    } catch (error) {
      if (status(error) === 404) return undefined;
      throw error;
    }
  }

  /**
   * Book course: 204, once. A repeat may book twice, so a call whose outcome is unknown is not repeated here.
   * @throws RefusedError with the vendor's own reason.
   */
  async book(booking: Booking, call: Call): Promise<void> {
    const { courseId, communityId, ...learner } = booking;
    const ids = `"communityId":${communityId},"courseId":${courseId}`;
    try {
      const { data } = await this.http.json({
        method: 'POST',
        url: `${this.root}/course/booking`,
        body: { type: 'json', text: `{${ids},${JSON.stringify(learner).slice(1)}` },
        schema: bookingAnswer,
        signal: call.signal,
        idempotent: false,
        reasonOf: refusalReason,
      });
      if (data && saysNo(data)) throw this.bookingRefused(200, undefined, refusalReason(data));
    } catch (error) {
      if (status(error) === 403) throw this.forbidden(error);
      if (!(error instanceof RefusedError) || error.code === 'redirect' || error.code === 'login')
        throw error;
      throw this.bookingRefused(error.status, error.code, error.reason, error);
    }
  }

  /** An answer that is not what it should be, as a sentence that names this source. */
  wrong(what: string): PayloadError {
    return new PayloadError(`${this.system.name} ${what}`);
  }

  private async page(path: string, number: number, query: Query, call: Call): Promise<Page> {
    const pageSize = call.pageSize ?? this.settings.pageSize;
    const data = await this.get(path, { ...query, page: number, pageSize }, page, call);
    if (data.page != null && data.page !== number && data.items.length > 0) {
      throw this.wrong(`answered page ${data.page} where page ${number} was asked for`);
    }
    return data;
  }

  private async get<T>(path: string, query: Query, schema: z.ZodType<T>, call: Call): Promise<T> {
    const request: HttpCall<T> = { url: this.root + path, query, schema, signal: call.signal };
    try {
      return (await this.http.json(request)).data;
    } catch (error) {
      throw status(error) === 403 ? this.forbidden(error) : error;
    }
  }

  private forbidden(cause: unknown): AuthError {
    return new AuthError(
      `${this.system.name} does not let these credentials use its LMS API (403); check Settings > API Integrations ` +
        `there, and ${this.system.credentialSettings}`,
      403,
      { cause },
    );
  }

  private refused(cause: unknown, what: string): RefusedError {
    const { status, code } = cause as RefusedError;
    return new RefusedError(`${this.system.name} ${what} (${status})`, status, code, { cause });
  }

  private bookingRefused(status: number, code?: string, reason?: string, cause?: Error): RefusedError {
    const why = reason ? `: ${reason}` : '; check the course, the community and the learner there';
    const message = `${this.system.name} refused the booking (${status})${why}`;
    return new RefusedError(message, status, code, { cause, reason });
  }
}

type Query = Readonly<Record<string, string | number | undefined>>;

/** 204 as documented; an answer with a body is looked into. */
const bookingAnswer = z.looseObject({}).optional();

const saysNo = (body: Readonly<Record<string, unknown>>): boolean =>
  body.success === false || Boolean(body.error) || Boolean(body.errors);

const status = (error: unknown): number | undefined =>
  error instanceof RefusedError ? error.status : undefined;
