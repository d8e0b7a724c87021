import validate from '@learninglocker/xapi-validation';
import type { Answer, PocketRequest } from '../server';
import type { LrsOptions } from './options';
import type { LrsState, Statement } from './state';

export interface Judged {
  readonly answer: Answer;
  readonly statements?: readonly Statement[];
  readonly wrong?: string;
}

/** One batch is one transaction: whatever is wrong with one statement refuses all. */
export function judge(
  { headers, body }: PocketRequest,
  state: LrsState,
  { refusesRepeats }: LrsOptions,
): Judged {
  if (!/^application\/json(\s*;|$)/i.test(headers['content-type'] ?? ''))
    return refuse(400, 'the Content-Type must be application/json');
  const statements = statementsIn(body);
  if (!statements) return refuse(400, 'the body must be a statement, or an array of statements');
  const ids = new Set<string>();
  for (const [place, one] of statements.entries()) {
    const warnings = validate(one);
    if (warnings.length > 0)
      return refuse(
        400,
        `statement ${place}: ${warnings.map(({ path, name }) => `${path.join('.')} ${name}`).join('; ')}`,
        statements,
      );
    if (ids.has(one.id)) return refuse(400, `statement ${place}: the id is twice in the batch`, statements);
    ids.add(one.id);
    if (state.isPoisoned(one)) return refuse(400, `statement ${place}: poisoned`, statements);
  }
  if (statements.some((one) => (refusesRepeats ? state.statements.has(one.id) : state.differs(one))))
    return refuse(409, 'a statement with this id is there', statements);
  return { answer: { status: 200, body: [...ids] }, statements };
}

const refuse = (status: number, wrong: string, statements?: readonly Statement[]): Judged => ({
  answer: { status, body: { error: wrong } },
  wrong,
  ...(statements && { statements }),
});

function statementsIn(body: Buffer): Statement[] | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    const all = (Array.isArray(value) ? value : [value]) as Statement[];
    return all.every((one) => typeof one === 'object' && one !== null && typeof one.id === 'string')
      ? all
      : undefined;
  } catch {
    return undefined;
  }
}
