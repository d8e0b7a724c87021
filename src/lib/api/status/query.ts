import { z } from 'zod';

/** What of the page is wanted. */
export const statusQuery = z
  .strictObject({
    part: z.enum(['now', 'run', 'runs']).optional().meta({
      description:
        'Only a part: `now` what changes by itself, `run` the result of the run `runId`, `runs` older runs, after `runId`; left out: the page',
    }),
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
