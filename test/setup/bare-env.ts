/** What a process needs to run, and to find what others have compiled: nothing of the tester's own settings. */
export const bareEnv = {
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
};
