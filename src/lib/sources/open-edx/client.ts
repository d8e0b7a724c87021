import type { z } from 'zod';
import type { Window } from '../../domain/time';
import { toNaive } from '../../domain/zone';
import { RefusedError } from '../../errors';
import type { ClientDeps } from '../../http/client';
import type { Authorizer, HttpAnswer } from '../../http/http';
import { withSecretHeader } from '../../http/secret-header';
import { staticTokenAuthorizer } from '../../http/static-token';
import type { System } from '../../http/target';
import type { OpenEdxSettings } from './settings';
import { clientCredentials } from '../client-credentials';
import type { Call } from '../source';
import { isStatus, orNone, VendorClient } from '../vendor-client';
import { courseDetail, cursorPage, numberedPage, type EdxPage } from './schema';

type Query = Readonly<Record<string, string | number | undefined>>;

/** The four calls of Open edX that are used, and the sentences for what each refuses. */
export class OpenEdxClient extends VendorClient<OpenEdxSettings> {
  constructor(settings: OpenEdxSettings, deps: ClientDeps) {
    super(settings, deps, credentialsOf(settings), (system) => authorizerOf(settings, system, deps));
  }

  /**
   * A page of the course list. The list counts courses that its reader may not see, so that a page which an earlier
   * one promised may not exist (LazyPageNumberPagination in course_api/views.py).
   * @param page from 1. @returns undefined when there is no such page after the first.
   */
  async courses(page: number, call: Call): Promise<EdxPage | undefined> {
    const { pageSize, username } = this.settings;
    const query = { page, page_size: call.pageSize ?? pageSize, username };
    try {
      const { data } = await this.get('/api/courses/v1/courses/', query, numberedPage, call);
      return data;
    } catch (error) {
      if (isStatus(error, 403))
        throw this.forbidden(
          error,
          `does not let this client list courses as ${this.setting('username')}; give the service user's own name`,
        );
      if (isStatus(error, 404) && page > 1) return undefined;
      throw error;
    }
  }

  /** @returns undefined when there is no such course, or none that may be seen. */
  async course(id: string, call: Call): Promise<unknown> {
    const path = `/api/courses/v1/courses/${encodeURIComponent(id)}/`;
    const answer = await orNone(this.get(path, { username: this.settings.username }, courseDetail, call));
    return answer?.data;
  }

  /**
   * A page of the bulk grades, by modification time.
   * @returns undefined when the server has no such page any more.
   */
  async bulkGrades(
    window: Window | undefined,
    page: number,
    pageSize: number,
    call: Call,
  ): Promise<HttpAnswer<EdxPage> | undefined> {
    const { timeZone } = this.settings;
    const query = {
      username: 'all',
      start_date: window && toNaive(window.from, timeZone),
      end_date: window && toNaive(window.to, timeZone),
      page,
      page_size: pageSize,
    };
    try {
      return await this.get('/api/grades/v1/user_grades/', query, numberedPage, call);
    } catch (error) {
      if (isStatus(error, 404) && page > 1) return undefined;
      throw this.explainBulk(error);
    }
  }

  /**
   * A page of the grades of one course.
   * @param cursor of the page before. @returns undefined when there is none: the course, or that page.
   */
  async courseGrades(
    courseId: string,
    cursor: string | undefined,
    call: Call,
  ): Promise<z.infer<typeof cursorPage> | undefined> {
    const query = { course_id: courseId, page_size: call.pageSize ?? this.settings.pageSize, cursor };
    try {
      const { data } = await this.get('/api/grades/v1/courses/', query, cursorPage, call);
      return data;
    } catch (error) {
      const isGone = error instanceof RefusedError && error.code === 'course_does_not_exist';
      if (isGone || (cursor !== undefined && isStatus(error, 404))) return undefined;
      if (isStatus(error, 403))
        throw this.forbidden(
          error,
          'lets only global staff read the grades of others; make the service user staff',
        );
      if (isStatus(error, 404))
        throw this.refused(
          error,
          `has no grades of that course or no grades API; check ${this.system.baseUrlSetting}`,
        );
      throw error;
    }
  }

  /**
   * The value of a query field in a `next` link. The link itself is never followed: behind a proxy its scheme, host,
   * port and path are the server's own idea of where it is, and calls go to the configured address alone.
   * @returns undefined when it has no such field. @throws PayloadError when it is no link.
   */
  nextField(next: string, field: string): string | undefined {
    const { baseUrl } = this.settings;
    if (!URL.canParse(next, baseUrl)) throw this.wrong(`gave a next link that is not a URL`);
    return new URL(next, baseUrl).searchParams.get(field) ?? undefined;
  }

  private get<T>(url: string, query: Query, schema: z.ZodType<T>, call: Call): Promise<HttpAnswer<T>> {
    return this.send({ url, query, schema, signal: call.signal });
  }

  private explainBulk(error: unknown): unknown {
    if (error instanceof RefusedError && error.code === 'date_filter_format')
      return this.refused(
        error,
        `does not take the dates of the window, which are sent as YYYY-MM-DDTHH:MM:SS in ` +
          `${this.setting('timeZone')}; check that setting and ${this.setting('since')}`,
      );
    if (isStatus(error, 403))
      return this.forbidden(
        error,
        'lets only one user read bulk grades: a superuser whose name is BULK_GRADES_API_ADMIN_USERNAME there; ' +
          `give the user of ${this.system.credentialSettings} both`,
      );
    if (isStatus(error, 404))
      return this.refused(
        error,
        `has no bulk grades API; set ${this.setting('grades')} to courses, or check ${this.system.baseUrlSetting}`,
      );
    return error;
  }
}

function credentialsOf({ accessToken, apiKey }: OpenEdxSettings): string[] {
  const keys = accessToken ? ['accessToken'] : ['clientId', 'clientSecret'];
  return apiKey ? [...keys, 'apiKey'] : keys;
}

/** A given token wins over client credentials; without either the server is asked as an anonymous user. */
function authorizerOf(settings: OpenEdxSettings, system: System, deps: ClientDeps): Authorizer | undefined {
  const { accessToken, clientId, clientSecret, apiKey, baseUrl } = settings;
  let authorizer: Authorizer | undefined;
  if (accessToken) authorizer = staticTokenAuthorizer(accessToken);
  else if (clientId && clientSecret)
    authorizer = clientCredentials(settings, deps, system, {
      tokenUrl: `${baseUrl}/oauth2/access_token`,
      fields: { token_type: 'jwt' },
      scheme: 'fromAnswer',
    });
  return apiKey ? withSecretHeader(authorizer, 'x-edx-api-key', apiKey) : authorizer;
}
