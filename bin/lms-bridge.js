#!/usr/bin/env node
'use strict';
// The built command line; npm links this file, which is there before a build and keeps its mode after one.
const { existsSync } = require('node:fs');
const { join } = require('node:path');

const main = join(__dirname, '../dist/src/cli/main.js');
if (existsSync(main)) require(main);
else {
  console.error('lms-bridge is not built yet: run npm run build first');
  process.exitCode = 1;
}
