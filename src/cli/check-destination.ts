import { checksOf } from '../lib/destinations/registry';
import { firstDestination } from '../lib/domain/feed';
import { createMemoryGate } from '../lib/http/memory-gate';
import type { DestinationEntry } from '../lib/settings/types';
import { userAgent } from '../lib/version';
import { finding, type Finding } from './finding';

/** Asks all that a destination can be asked without sending it a record. */
export async function checkDestination(
  entry: DestinationEntry & { readonly ok: true },
  signal: AbortSignal,
): Promise<Finding[]> {
  const name = entry.id === firstDestination ? 'L&D services' : entry.id;
  const limits = { concurrency: 2, requestsPerMinute: undefined };
  const deps = { gate: createMemoryGate({ system: name, limits }), userAgent, retries: 1 };
  const findings: Finding[] = [];
  for (const check of checksOf(entry, deps))
    findings.push(
      await finding(`${name}: ${check.what}`, async (): Promise<string | Finding> => {
        const seen = await check.run(signal);
        if (typeof seen === 'string') return seen;
        return { what: `${name}: ${check.what}`, result: 'unsure', detail: seen.unsure };
      }),
    );
  return findings;
}
