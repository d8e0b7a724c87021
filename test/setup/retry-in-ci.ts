/*
 * Tests with real processes, a real browser and real time can lose a race on a busy machine. Where nobody watches, one
 * that fails is tried once more, and its first failure is printed all the same.
 */
if (process.env.CI) jest.retryTimes(1, { logErrorsBeforeRetry: true });
