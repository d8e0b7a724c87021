import { sweep } from '../../src/lib/sync/run/sweep';
import { stop } from '../../src/lib/stopping';
import { startBridge, until } from '../setup/bridge';

/** What the test has a process of its own do, and what that tells of it. */
export interface Orders {
  /** Settings besides those of the sandbox. */
  readonly env: Readonly<Record<string, string>>;
  /** Requests that the source lets pass before it asks for a pause of a second. */
  readonly patienceOfSource?: number;
  /** A second destination, which gets the results, too. */
  readonly alsoTo?: 'webhook';
  /** Ends by the host's hook, not by flushing. */
  readonly byHook?: boolean;
  /** Syncs nothing, and flushes until the log holds this. */
  readonly until?: string;
}

export interface Told {
  readonly runs: readonly {
    readonly destination: string;
    readonly state: string;
    readonly dryRun: boolean;
    readonly counts: Record<string, number>;
    readonly skippedBecause: Record<string, number>;
  }[];
  readonly logged: readonly string[];
  /** The files of the SDK that were loaded; only a build that left packages outside can tell. */
  readonly loaded: readonly string[];
}

async function main({ env, patienceOfSource, alsoTo, byHook, until: awaited }: Orders): Promise<Told> {
  const budget = patienceOfSource === undefined ? undefined : { requests: patienceOfSource, windowMs: 1_000 };
  const bridge = await startBridge({
    env: { ...env },
    sandbox: { openEdx: { budget }, ...(alsoTo && { webhookReceiver: {} }) },
  });
  const { app, sync, logged } = bridge;
  try {
    if (awaited !== undefined) {
      await until(`the log says ${awaited}`, async () => {
        app.metrics?.throttled('openedx', 1);
        await app.metrics?.flush();
        return logged.some((line) => line.includes(awaited));
      });
      return { runs: [], logged, loaded: [] };
    }
    const runs = [
      await sync('catalog'),
      await sync('consumption', { dryRun: true }),
      await sync('consumption'),
      await sync('catalog'),
      ...(alsoTo ? [await sync('consumption', { destination: alsoTo })] : []),
    ];
    await sweep(app.engine);
    if (byHook) await stop();
    else await app.metrics?.flush();
    return {
      runs: runs.map(({ destination, state, dryRun, counts }) => {
        const { skippedBecause = {}, ...numbers } = counts;
        return { destination, state, dryRun, counts: numbers, skippedBecause };
      }),
      logged,
      loaded: Object.keys(require.cache).filter((file) => file.includes('@opentelemetry')),
    };
  } finally {
    await bridge.stop();
  }
}

void main(JSON.parse(process.env.METRICS_ORDERS ?? '{"env":{}}') as Orders).then((told) => {
  process.stdout.write(`\n${JSON.stringify(told)}\n`, () => process.exit(0));
});
