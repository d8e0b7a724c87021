import { z } from 'zod';
import { InputError, PayloadError, RefusedError, RetryableError } from '../../errors';
import { lowerCasedAddress } from '../mail-address';
import { Notes } from '../notes';
import { refuseOtherPlaces } from '../place-fields';
import { readVendorRow } from '../read-row';
import type { Call, Enrolment, Enrolments } from '../source';
import type { KhalibreClient } from './client';
import type { NumberedReader } from '../numbered-pages';
import { id, listOf, text } from '../forms';

const place = z.object({
  courseId: id.nullish(),
  emailAddress: text,
  community: z.object({ id: id.nullish() }).nullish(),
});
const communitiesOf = z.object({
  // The name is only for people.
  communities: listOf(z.object({ id, name: text.catch(undefined) })),
});

/**
 * Bookings. Khalibre publishes neither what a second booking does nor a key to tell two calls apart, so nobody is
 * booked who is found to be there already, and after a call without an answer the learner is looked for.
 */
export function khalibreEnrolments(client: KhalibreClient, pages: NumberedReader): Enrolments {
  const { name } = client.system;

  async function wasBooked(asked: Asked, call: Call): Promise<boolean> {
    try {
      return await isBooked(asked, call);
    } catch (error) {
      // How it says that it knows nobody of that address is not published: no refusal keeps a newcomer out.
      if (error instanceof RefusedError) return false;
      throw error;
    }
  }

  async function isBooked(asked: Asked, call: Call): Promise<boolean> {
    let cursor: string | undefined;
    do {
      const page = await pages.read(
        call,
        (number, own) => client.progressOfLearner(asked.email, number, own),
        cursor,
      );
      if (page.items.some((item) => isAt(item, asked))) return true;
      // The booking may stand on it.
      if (page.absent) throw client.wrong(`gives not all of the learner's progress: ${page.note}`);
      cursor = page.next;
    } while (cursor !== undefined);
    return false;
  }

  /** The only community of the course, when none was named. */
  async function onlyCommunity(courseId: string, call: Call): Promise<string> {
    const raw = await client.course(courseId, call);
    if (raw === undefined) throw new InputError('courseId', `${name} has no course ${courseId}`);
    const parsed = communitiesOf.safeParse(raw);
    if (!parsed.success) throw client.wrong(`gave no readable communities of the course ${courseId}`);
    const communities = parsed.data.communities ?? [];
    const [first] = communities;
    if (!first) {
      throw new InputError('communityId', `The course ${courseId} of ${name} is in no community; name one`);
    }
    if (communities.length === 1) return first.id;
    const choices = communities.map((one) => (one.name ? `${one.id} (${one.name})` : one.id)).join(', ');
    throw new InputError(
      'communityId',
      `The course ${courseId} of ${name} is in several communities; choose one of ${choices}`,
    );
  }

  async function afterUnknown(asked: Asked, call: Call, error: Error): Promise<void> {
    const said = `${name} gave no clear answer to the booking`;
    const options = { cause: error };
    let booked: boolean;
    try {
      booked = await isBooked(asked, call);
    } catch {
      const advice = 'and cannot be asked whether it was made; look there before you try again';
      throw new RetryableError(`${said}, ${advice}`, undefined, options);
    }
    if (!booked)
      throw new RetryableError(`${said}, and it does not show there; try again`, undefined, options);
  }

  /** Before anything is asked. @returns the address as Khalibre compares it. */
  function check(enrolment: Enrolment): { courseId: string; email: string } {
    const { courseId, learner, communityId } = enrolment;
    const email = lowerCasedAddress(learner.email);
    if (!email) throw new InputError('learner.email', 'must be a mail address');
    if (courseId === undefined) throw new InputError('courseId', 'is missing');
    requireNumber('courseId', courseId);
    if (communityId !== undefined) requireNumber('communityId', communityId);
    refuseOtherPlaces(enrolment, name, ['courseId', 'communityId']);
    return { courseId, email };
  }

  return {
    check,
    async enrol(enrolment, call) {
      const { courseId, email } = check(enrolment);
      const { learner, communityId } = enrolment;
      const community = communityId ?? (await onlyCommunity(courseId, call));
      requireNumber('communityId', community);
      const asked = { courseId, communityId: community, email };
      if (await wasBooked(asked, call)) return { enrolled: true };
      const booking = {
        courseId,
        communityId: community,
        learnerEmail: learner.email.trim(),
        ...(learner.firstName && { learnerFirstname: learner.firstName }),
        ...(learner.lastName && { learnerLastname: learner.lastName }),
      };
      try {
        await client.book(booking, call);
      } catch (error) {
        if (!(error instanceof RetryableError || error instanceof PayloadError)) throw error;
        await afterUnknown(asked, call, error);
      }
      return { enrolled: true };
    },
  };
}

interface Asked {
  readonly courseId: string;
  readonly communityId: string;
  readonly email: string;
}

/** Whether a row of progress shows the learner in the course. A row that names no community counts for all. */
function isAt(raw: unknown, { courseId, communityId, email }: Asked): boolean {
  const row = readVendorRow(place, raw, ['courseId'], new Notes()).data;
  if (row?.courseId !== courseId) return false;
  // The rows were asked for by the address: a text that is none says nothing against it.
  if ((lowerCasedAddress(row.emailAddress) ?? email) !== email) return false;
  return row.community?.id == null || row.community.id === communityId;
}

/** Khalibre's ids are int64: they go out as numbers, digit by digit. */
function requireNumber(field: string, value: string): void {
  if (!/^[1-9]\d{0,18}$/.test(value))
    throw new InputError(field, 'must be a number: Khalibre has no other ids');
}
