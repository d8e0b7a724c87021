import { utc } from '../lib/domain/time';
import type { OpenSource } from '../lib/sync/engine';
import { checkZone } from './check-zone';
import { finding, type Finding } from './finding';
import { grouped } from './table';

/** Reads a page of what a source publishes, which takes a token first. */
export async function checkSource(
  open: () => OpenSource,
  id: string,
  signal: AbortSignal,
  now: () => number,
): Promise<Finding[]> {
  let opened: OpenSource;
  try {
    opened = open();
  } catch (error) {
    return [await finding(id, () => Promise.reject(error))];
  }
  const { catalog, consumption, entities, doubts = [] } = opened.source;
  const { webhookSecret } = opened.settings;
  const findings: Finding[] = doubts.map(({ setting, message }) => ({
    what: setting,
    result: 'unsure',
    detail: message,
  }));
  if (webhookSecret)
    findings.push(
      await finding(`${id}: webhook secret`, async () => {
        await webhookSecret.read();
        return 'can be read';
      }),
    );
  if (catalog)
    findings.push(
      await finding(`${id}: catalog`, async () => {
        const { rows, total } = await catalog.page(undefined, { signal });
        const bad = rows.filter((row) => !row.ok).length;
        const all =
          total === undefined
            ? `${grouped(rows.length)} courses on the first page`
            : `${grouped(total)} courses`;
        return bad > 0 ? `${all}, ${bad} of the first ${rows.length} cannot be used` : all;
      }),
    );
  // Of a source that nothing is synced from, its credentials are tried all the same.
  if (!catalog && !consumption && entities)
    findings.push(
      await finding(`${id}: credentials`, async () => {
        const { rows } = await entities.page(undefined, { signal });
        return `accepted; ${grouped(rows.length)} entities`;
      }),
    );
  if (consumption?.type === 'scanned')
    findings.push(
      await finding(`${id}: consumption`, async () => {
        const { ids } = await consumption.courses(undefined, { signal });
        const [first] = ids;
        if (first === undefined) return 'there are no courses to read results of';
        const { rows } = await consumption.page(first, undefined, { signal });
        return `${grouped(rows.length)} results on the first page of the first course`;
      }),
    );
  if (consumption?.type === 'windowed') {
    const { since } = opened.settings;
    const counted = await finding(`${id}: consumption`, async () => {
      const { count } = await consumption.count({ from: since, to: utc(now()) }, { signal });
      return `${grouped(count)} results since ${since.slice(0, 10)}`;
    });
    findings.push(counted);
    if (counted.result === 'ok')
      findings.push(await finding(`${id}: time zone`, () => checkZone(opened.settings, consumption, signal)));
  }
  return findings;
}
