/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  transform: {
    '^.+\\.ts$': ['ts-jest', { tsconfig: 'tsconfig.json', diagnostics: false }],
  },
  globalSetup: '<rootDir>/test/setup/start-azurite.ts',
  globalTeardown: '<rootDir>/test/setup/stop-azurite.ts',
  setupFilesAfterEnv: ['<rootDir>/test/setup/retry-in-ci.ts'],
  testTimeout: 30_000,
  // They wait for timers, servers and storage more than they compute.
  maxWorkers: 3,
};
