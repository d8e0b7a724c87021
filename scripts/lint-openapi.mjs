// Lints an OpenAPI document with Redocly's rules: node scripts/lint-openapi.mjs FILE. Prints what is wrong as JSON.
import { readFile } from 'node:fs/promises';
import { createConfig, lintFromString } from '@redocly/openapi-core';

const [file] = process.argv.slice(2);
const source = await readFile(file, 'utf8');
const config = await createConfig({ extends: ['recommended'] });
const problems = await lintFromString({ source, config });
console.log(
  JSON.stringify(
    problems
      .filter(({ severity }) => severity === 'error')
      .map(({ ruleId, message, location }) => ({ ruleId, message, at: location[0]?.pointer })),
  ),
);
