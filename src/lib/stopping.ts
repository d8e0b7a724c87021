const controller = new AbortController();
const lastWork: (() => Promise<void>)[] = [];

/** Aborts when the host stops: work in hand is rescheduled for another instance. */
export const stopping: AbortSignal = controller.signal;

/** Has something done when the host stops, which waits for it: seconds at the most. */
export const beforeEnd = (work: () => Promise<void>): void => void lastWork.push(work);

/** Called once, by the hook that the host calls before it ends. */
export async function stop(): Promise<void> {
  controller.abort(new Error('The host is stopping'));
  await Promise.allSettled(lastWork.map((work) => work()));
}
