/**
 * Ends the process the orderly way: the first SIGTERM or SIGINT stops and exits 0, a second one exits at once.
 * An error that nobody caught is printed and exits 1: what runs after it could be anything.
 */
export function runUntilSignal(stop: () => Promise<void>): void {
  let stopping = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (stopping) process.exit(signal === 'SIGINT' ? 130 : 143);
    stopping = true;
    console.log('Stopping: waiting up to 10 s for what is running (once more to end at once)');
    stop().then(
      () => process.exit(0),
      (error: unknown) => fail('Stopping failed', error),
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}

/** Installed before anything is loaded, so that no error is lost while the host starts. */
export function exitOnUncaught(): void {
  process.on('uncaughtException', (error) => fail('Uncaught error', error));
  process.on('unhandledRejection', (reason) => fail('Unhandled rejection', reason));
}

function fail(what: string, error: unknown): void {
  console.error(`${what}:`, error);
  process.exit(1);
}
