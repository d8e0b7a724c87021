/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  transform: {
    '^.+\\.ts$': '<rootDir>/test/setup/transform.js',
  },
  globalSetup: '<rootDir>/test/setup/start-azurite.ts',
  globalTeardown: '<rootDir>/test/setup/stop-azurite.ts',
  setupFilesAfterEnv: ['<rootDir>/test/setup/retry-in-ci.ts'],
  reporters: ['default', '<rootDir>/test/setup/name-retried.js'],
  // For a busy machine. A test that hangs is told all the same, a little later.
  testTimeout: 120_000,
  // They wait for timers, servers and storage more than they compute.
  maxWorkers: 3,
};
