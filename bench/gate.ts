import { startAzurite } from '../local/azurite';
import type { Gate } from '../src/lib/http/gate';
import { createMemoryGate } from '../src/lib/http/memory-gate';
import { createSharedGate } from '../src/lib/store/shared-gate';
import { connectStorage } from '../src/lib/store/storage';

const calls = 10_000;
const inFlight = 8;
const signal = new AbortController().signal;
const free = { concurrency: inFlight, requestsPerMinute: undefined };

/** What a gate costs a call, in microseconds: calls that take no time go through it, eight at once. */
async function measure(name: string, gate: Gate, count = calls): Promise<void> {
  const worker = async (): Promise<void> => {
    for (let i = 0; i < count / inFlight; i++) await (await gate.enter(signal)).leave({ type: 'ok' });
  };
  await worker();
  const start = performance.now();
  await Promise.all(Array.from({ length: inFlight }, worker));
  const ms = performance.now() - start;
  console.log(
    `${name}: ${count} calls in ${ms.toFixed(0)} ms, ${((ms / count) * 1000).toFixed(1)} µs a call`,
  );
}

/** Compares the gate of one process with the one that all instances share, on a source that is well and on one that is watched. */
async function main(): Promise<void> {
  const azurite = await startAzurite({ ports: 'free', location: 'temporary' });
  try {
    const storage = connectStorage({ type: 'connectionString', connectionString: azurite.connectionString });
    await storage.prepare();
    const shared = (source: string): Gate =>
      createSharedGate({ system: 'a source', source, limits: free, storage });
    await measure('memory', createMemoryGate({ system: 'a source', limits: free }));
    await measure('shared, healthy source', shared('well'));
    const watched = shared('watched');
    await (await watched.enter(signal)).leave({ type: 'throttled', retryAfterMs: 100 });
    await measure('shared, after a pause', watched, 1_000);
  } finally {
    await azurite.stop();
  }
}

void main();
