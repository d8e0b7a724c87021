/** The page in a real browser: needs Chromium, and the built app. `npm run test:browser`. */
/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test/browser'],
  testMatch: ['**/*.browser.ts'],
  transform: {
    '^.+\\.ts$': '<rootDir>/test/setup/transform.js',
  },
  setupFilesAfterEnv: ['<rootDir>/test/setup/retry-in-ci.ts'],
  reporters: ['default', '<rootDir>/test/setup/name-retried.js'],
  testTimeout: 90_000,
  maxWorkers: 1,
};
