import { RefusedError } from '../../errors';
import type { OperationName } from './operations';
import type { Call } from '../source';
import { pageAfter, readPageCursor } from '../page-cursor';
import type { AcademyClient, Params } from './client';
import { page, type Page } from './schema';

export interface RecordPage {
  readonly records: readonly unknown[];
  readonly next: string | undefined;
  /** Set when the server counted more rows than it gave. */
  readonly note: string | undefined;
  /** The page was promised and does not exist: the list ended before it. */
  readonly absent?: boolean;
}

/** A tenant with more pages than that would have a million rows at the very least of page sizes that make sense. */
const mostPages = 100_000;

/**
 * One page of a list, by number. It is the last when it is empty, or short while the server counts no more rows than
 * were read: a server may give fewer rows than asked for, and its counts are not to be trusted.
 * @param cursor page number, rows read so far, and what the page before looked like.
 * @param usualSize rows to ask for, unless the call says otherwise.
 * @throws PayloadError when the server gives the same page again, or pages without an end; InputError when the cursor
 * is none.
 */
export async function readPage(
  client: AcademyClient,
  name: OperationName,
  params: Params,
  usualSize: number,
  cursor: string | undefined,
  call: Call,
): Promise<RecordPage> {
  const pageSize = client.pageSize(name, call.pageSize ?? usualSize);
  const at = readPageCursor(cursor);
  const query = { ...params, page_size: pageSize, page_number: at.page };
  let answer: Page;
  try {
    answer = await client.read(name, query, page, call);
  } catch (error) {
    if (at.page === 1 || !(error instanceof RefusedError) || error.status !== 404) throw error;
    const note = `${name}: page ${at.page} was promised and does not exist`;
    return { records: [], next: undefined, note, absent: true };
  }
  const { records: given, recordsTotal } = answer;
  const records = given ?? [];
  const read = at.counted + records.length;
  const expected = recordsTotal ?? 0;
  // PHP leaves out what is empty; rows that are still to come must be there.
  if (!given && expected > read) throw client.wrong(`counts ${expected} rows of ${name} and gave no records`);
  if (records.length === 0) {
    const missing = expected > read ? `${name}: ${expected} rows counted, ${read} given` : undefined;
    return { records, next: undefined, note: missing };
  }
  const following = pageAfter(at, records, read, (what) => client.wrong(what), name);
  if (at.page >= mostPages) throw client.wrong(`gave ${mostPages} pages of ${name} and no last one`);
  const last = records.length < pageSize && expected <= read;
  return { records, next: last ? undefined : following, note: undefined };
}

/** All rows of a list that is known to be short: what one learner has in one course. */
export async function readAll(
  client: AcademyClient,
  name: OperationName,
  params: Params,
  pageSize: number,
  call: Call,
): Promise<unknown[]> {
  const all: unknown[] = [];
  let cursor: string | undefined;
  do {
    const { records, next, absent, note } = await readPage(client, name, params, pageSize, cursor, call);
    // Who is looked for may stand on it.
    if (absent) throw client.wrong(`does not give the whole list of ${note}`);
    all.push(...records);
    cursor = next;
  } while (cursor !== undefined);
  return all;
}
