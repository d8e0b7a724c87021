import { lowerCasedAddress } from '../mail-address';
import { Notes } from '../notes';
import { readVendorRow } from '../read-row';
import type { Call } from '../source';
import type { AcademyClient } from './client';
import { readAll } from './pages';
import { reportParams } from './report';
import { enrolledRow, reportRow } from './schema';

/** Whose enrolments are wanted. */
export interface Sought {
  readonly courseId: string;
  /** Lower-cased. */
  readonly email: string;
  /** The learner's id, where it is known: it counts, and not the address. */
  readonly userId: string | undefined;
  /** Only through this portal. */
  readonly portalId: string | undefined;
}

/** Ids of the learner's enrolments. */
export interface FoundEnrolments {
  readonly enrolmentIds: readonly string[];
  /** How many others may be the learner: their addresses are told nowhere. */
  readonly unsure: number;
}

/**
 * Who is in a course. Its list of learners is searched by a part of an address, and tells none; the report of the
 * course tells addresses, and no enrolments. Users are the same in both.
 */
export class CourseMembers {
  constructor(
    private readonly client: AcademyClient,
    private readonly pageSize: number,
  ) {}

  async find({ courseId, email, userId, portalId }: Sought, call: Call): Promise<FoundEnrolments> {
    const found = await this.listed(courseId, portalId, email, call);
    if (userId !== undefined) {
      const own = found.filter((one) => one.user_id === userId);
      // One whose address at the vendor is another is not found by ours.
      const all = own.length > 0 ? own : await this.listed(courseId, portalId, undefined, call);
      return { enrolmentIds: ids(all.filter((one) => one.user_id === userId)), unsure: 0 };
    }
    if (found.length === 0) return { enrolmentIds: [], unsure: 0 };
    let addresses = await this.addresses(courseId, email, call);
    // That the report can be searched in the same way is written nowhere.
    if (found.some((one) => !addresses.has(one.user_id)))
      addresses = await this.addresses(courseId, undefined, call);
    return {
      enrolmentIds: ids(found.filter((one) => addresses.get(one.user_id) === email)),
      unsure: found.filter((one) => !addresses.has(one.user_id)).length,
    };
  }

  private async listed(
    courseId: string,
    portalId: string | undefined,
    nameOrEmail: string | undefined,
    call: Call,
  ) {
    const params = {
      course_id: courseId,
      portalId: portalId === undefined ? -1 : Number(portalId),
      search_param: nameOrEmail === undefined ? {} : { nameOrEmail },
    };
    const rows = await readAll(this.client, 'courses.enrolledLearners', params, this.pageSize, call);
    return rows.flatMap((raw) => enrolledRow.safeParse(raw).data ?? []);
  }

  /** By user. */
  private async addresses(
    courseId: string,
    email: string | undefined,
    call: Call,
  ): Promise<Map<string, string>> {
    const params = reportParams([courseId], email);
    const rows = await readAll(this.client, 'courses.detailReport', params, this.pageSize, call);
    return new Map(
      rows.flatMap((raw) => {
        const row = readVendorRow(reportRow, raw, ['user_id', 'course_id', 'email'], new Notes()).data;
        const told = lowerCasedAddress(row?.email);
        return row?.user_id && told && (row.course_id ?? courseId) === courseId ? [[row.user_id, told]] : [];
      }),
    );
  }
}

const ids = (rows: readonly { readonly id: string }[]): string[] => [...new Set(rows.map(({ id }) => id))];
