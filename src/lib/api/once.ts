import { randomBytes } from 'node:crypto';
import type { App } from '../app';
import { shortHash } from '../store/keys';
import type { Lease } from '../store/leases';
import { type NewClaim, ReplyStore } from '../store/replies';
import { type Answer, json, problem } from './answer';

export interface Asking {
  /** What is asked, and where, so that keys of other routes are other keys. */
  readonly scope: string;
  /** The caller's `Idempotency-Key`; undefined: it is done each time. */
  readonly key: string | undefined;
  /** All that is asked. Only its hash is kept. */
  readonly request: string;
}

/**
 * Does something once for a key: a repeat gets the first answer. What certainly failed frees the key. What may have
 * happened (any 5xx, or whatever was thrown) may be repeated with it, and nothing else may. Whoever does it holds a
 * lease meanwhile: when a host dies at it, a repeat does it again as soon as the lease has run out.
 * @param work given a token: the same for a repeat after a crash.
 */
export async function once(
  app: App,
  { scope, key, request }: Asking,
  work: (token: string) => Promise<Answer>,
): Promise<Answer> {
  if (key === undefined) return work(randomBytes(16).toString('hex'));
  const name = `${scope}/${key}`;
  const claim = await new ReplyStore(app.storage, () => app.engine.now()).claim(name, request);
  switch (claim.type) {
    case 'answered': {
      const answer = JSON.parse(claim.reply.body) as { url?: string };
      return json(claim.reply.status, answer, {
        'idempotency-replayed': 'true',
        ...(answer.url !== undefined && { location: answer.url }),
      });
    }
    case 'other':
      return problem({
        status: 422,
        title: 'This Idempotency-Key was used for another request',
        detail: 'Give each request an Idempotency-Key of its own; send one again only with the same body',
      });
    default: {
      const lease = await app.engine.leases.acquire(`reply-${shortHash(name)}`);
      if (!lease) return underway;
      try {
        const mine = claim.type === 'new' ? claim : await claim.takeOver();
        return mine ? await workUnder(lease, mine, work) : underway;
      } finally {
        await lease.release();
      }
    }
  }
}

async function workUnder(
  lease: Lease,
  claim: NewClaim,
  work: (token: string) => Promise<Answer>,
): Promise<Answer> {
  let answer: Answer;
  try {
    answer = await work(claim.token);
  } catch (error) {
    if (!lease.lost.aborted) await claim.reopen();
    throw error;
  }
  // Whoever has the lease now answers the next one.
  if (lease.lost.aborted) return answer;
  if (answer.status < 300) await claim.settle({ status: answer.status, body: answer.body ?? '' });
  else if (answer.status >= 500) await claim.reopen();
  else await claim.forget();
  return answer;
}

const underway = problem(
  {
    status: 409,
    title: 'The same request is under way',
    detail:
      'A call with this Idempotency-Key was not answered yet: it goes on, or its host ended a moment ago; send it again until it is answered',
  },
  { 'retry-after': '5' },
);
