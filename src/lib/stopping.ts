const controller = new AbortController();

/** Aborts when the host stops: work in hand is put back for another instance. */
export const stopping: AbortSignal = controller.signal;

/** Called once, by the hook that the host calls before it ends. */
export const stop = (): void => controller.abort(new Error('The host is stopping'));
