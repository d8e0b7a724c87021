import type { Origin } from '../../destinations/destination';
import type { Lease } from '../../store/leases';
import type { Engine, OpenFeed } from '../engine';
import { Delivery, type Outcomes } from './deliver';
import type { Hold } from './post';
import type { Tally } from './tally';

/** What whoever sends records of a feed has in hand: a run's slice, or a webhook's event. */
export interface Sending {
  readonly engine: Engine;
  readonly open: OpenFeed;
  /** Counts what becomes of the records. */
  readonly tally: Tally;
  readonly signal: AbortSignal;
  /** Of the idempotency keys: the run and slice, or the event. */
  readonly keyPrefix: string;
  readonly to: Origin;
  readonly dryRun: boolean;
  /** Send also what is unchanged. */
  readonly force: boolean;
  /** The sender's own lease, if it has one. */
  readonly hold?: Hold & Pick<Lease, 'name'>;
}

/** What sends a feed's records. @param hold under which it sends. @param outcomes told of what becomes of them. */
export const deliveryOf = <T>(
  { engine, open, to, signal, keyPrefix }: Omit<Sending, 'hold'>,
  hold: Hold,
  outcomes: Outcomes<T>,
): Delivery<T> =>
  new Delivery({
    ...outcomes,
    sink: open.destination,
    kind: open.feed.kind,
    sourceSystemId: to.sourceSystemId,
    signal,
    hold,
    keyPrefix,
    beforeBatch: async () => engine.onStep?.('before post', open.feed),
    onAcknowledged: async (records) => {
      await engine.onStep?.('after post', open.feed);
      await outcomes.onAcknowledged(records);
    },
  });
