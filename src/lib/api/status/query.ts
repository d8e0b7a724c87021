import { z } from 'zod';
import { runsQuery } from '../requests';

/** A form in the browser sends what was left empty, too. */
const only = <T extends z.ZodType>(what: string, type: T) =>
  z
    .preprocess((text) => (text === '' ? undefined : text), type)
    .optional()
    .meta({ description: `Only this ${what}; left out or empty: all` });

/** What of the page is wanted. */
export const statusQuery = z
  .strictObject({
    part: z.enum(['now', 'run', 'runs']).optional().meta({
      description:
        'Only a part: `now` what changes by itself, `run` the result of the run `runId`, `runs` older runs, after `runId`; left out: the page',
    }),
    source: only('source', runsQuery.shape.source),
    kind: only('kind', runsQuery.shape.kind),
    destination: only('destination', runsQuery.shape.destination),
    state: only('state', runsQuery.shape.state),
    runId: z.string().min(1).max(100).optional().meta({ description: 'For the parts `run` and `runs`' }),
  })
  .refine(({ part, runId }) => (part === 'run' || part === 'runs') === (runId !== undefined), {
    path: ['runId'],
    message: 'goes with the parts run and runs',
  });

/** Of a page below the overview. */
export const partQuery = z.strictObject({
  part: z
    .enum(['now'])
    .optional()
    .meta({ description: '`now`: only what of the page changes by itself; left out: the page' }),
});
