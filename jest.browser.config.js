/** The page in a real browser: needs Chromium, and the built app. `npm run test:browser`. */
/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test/browser'],
  testMatch: ['**/*.browser.ts'],
  transform: {
    '^.+\\.ts$': ['ts-jest', { tsconfig: 'tsconfig.json', diagnostics: false }],
  },
  setupFilesAfterEnv: ['<rootDir>/test/setup/retry-in-ci.ts'],
  testTimeout: 90_000,
  maxWorkers: 1,
};
