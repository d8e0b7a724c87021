import { z } from 'zod';
import { RefusedError } from '../../errors';
import type { ClientDeps } from '../../http/client';
import type { KhalibreSettings } from './settings';
import { clientCredentials } from '../client-credentials';
import type { Call } from '../source';
import { refusalReason } from '../safe-words';
import { isStatus, orNone, VendorClient } from '../vendor-client';
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
export class KhalibreClient extends VendorClient<KhalibreSettings> {
  private readonly root = `/o/kh-gateway/lms/${this.settings.apiVersion}`;

  constructor(settings: KhalibreSettings, deps: ClientDeps) {
    const tokenUrl = `${settings.baseUrl}/o/oauth2/token`;
    super(settings, deps, ['clientId', 'clientSecret'], (system) =>
      clientCredentials(settings, deps, system, { tokenUrl }),
    );
  }

  /**
   * Read courses: those with the visibility "API".
   * @param number from 1. @returns undefined when there is no such page after the first.
   */
  async courses(number: number, call: Call): Promise<Page | undefined> {
    try {
      return await this.page('/courses', number, {}, call);
    } catch (error) {
      if (!isStatus(error, 404)) throw error;
      if (number > 1) return undefined;
      throw this.refused(
        error,
        `has no LMS API ${this.settings.apiVersion} there, or API integrations are off; check ` +
          `${this.setting('baseUrl')}, ${this.setting('apiVersion')} and Settings > API Integrations`,
      );
    }
  }

  /** Read course detail. @returns undefined when there is no such course, or none that may be seen. */
  course(courseId: string, call: Call): Promise<unknown> {
    return orNone(this.get(`/course/${encodeURIComponent(courseId)}`, {}, courseDetail, call));
  }

  /** Progress by course ID. @param number from 1. @returns undefined when there is none: the course, or that page. */
  progressOfCourse(courseId: string, number: number, call: Call): Promise<Page | undefined> {
    return orNone(this.page(`/progress/course/${encodeURIComponent(courseId)}`, number, {}, call));
  }

  /** Progress by email. @param number from 1. @returns undefined when there is none: of that address, or that page. */
  progressOfLearner(learnerEmail: string, number: number, call: Call): Promise<Page | undefined> {
    return orNone(this.page('/progress/learner', number, { learnerEmail }, call));
  }

  /**
   * Book course: 204, once. A repeat may book twice, so a call whose outcome is unknown is not repeated here.
   * @throws RefusedError with the vendor's own reason.
   */
  async book(booking: Booking, call: Call): Promise<void> {
    const { courseId, communityId, ...learner } = booking;
    const ids = `"communityId":${communityId},"courseId":${courseId}`;
    const refused = (error: RefusedError): Error =>
      error.status === 403
        ? this.explained(error)
        : this.refused(
            error,
            'refused the booking',
            error.reason ? '' : '; check the course, the community and the learner there',
          );
    const { data } = await this.send(
      {
        method: 'POST',
        url: `${this.root}/course/booking`,
        body: { type: 'json', text: `{${ids},${JSON.stringify(learner).slice(1)}` },
        schema: bookingAnswer,
        signal: call.signal,
        idempotent: false,
        reasonOf: refusalReason,
      },
      refused,
    );
    if (data && saysNo(data))
      throw refused(new RefusedError('', 200, undefined, { reason: refusalReason(data) }));
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
    const request = { url: this.root + path, query, schema, signal: call.signal };
    return (await this.send(request, (refusal) => this.explained(refusal))).data;
  }

  private explained(error: RefusedError): Error {
    if (error.status !== 403) return error;
    return this.forbidden(
      error,
      'does not let these credentials use its LMS API',
      `; check Settings > API Integrations there, and ${this.system.credentialSettings}`,
    );
  }
}

type Query = Readonly<Record<string, string | number | undefined>>;

/** 204 as documented; an answer with a body is looked into. */
const bookingAnswer = z.looseObject({}).optional();

const saysNo = (body: Readonly<Record<string, unknown>>): boolean =>
  body.success === false || Boolean(body.error) || Boolean(body.errors);
