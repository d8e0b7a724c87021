const everywhere = require('./jest.config.js');

/** What needs no storage and no built app: `npm run test:unit`. */
/** @type {import('jest').Config} */
module.exports = {
  ...everywhere,
  globalSetup: undefined,
  globalTeardown: undefined,
  roots: ['domain', 'settings', 'log', 'http', 'sources', 'destinations'].map(
    (folder) => `<rootDir>/test/${folder}`,
  ),
  testPathIgnorePatterns: ['/(sync|through-the-engine)\\.test\\.ts$'],
};
