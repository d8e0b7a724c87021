import { z } from 'zod';
import { PayloadError } from '../errors';

const run = z.object({ runId: z.string().min(1) });
const event = z.object({ eventId: z.string().min(1) });
const batch = z.object({ batchId: z.string().min(1) });
const slice = run.extend({ slice: z.number().int().positive() });

/** @throws PayloadError for a message that this version of the app did not write; the queue sets it aside. */
export const readRunMessage = (message: unknown): z.output<typeof run> => read(run, message);
/** @throws PayloadError likewise. */
export const readSliceMessage = (message: unknown): z.output<typeof slice> => read(slice, message);
/** @throws PayloadError likewise. */
export const readEventMessage = (message: unknown): z.output<typeof event> => read(event, message);
/** @throws PayloadError likewise. */
export const readBatchMessage = (message: unknown): z.output<typeof batch> => read(batch, message);

function read<T>(schema: z.ZodType<T>, message: unknown): T {
  const parsed = schema.safeParse(message);
  if (parsed.success) return parsed.data;
  throw new PayloadError(
    'A queue message is not of this version of the app; it is set aside in the poison queue',
  );
}
