import { defineDestinationKind } from '../kind';
import { shapeHash } from '../record-hash';
import { checkXapi } from './check';
import { createXapiClient, deadlineMs } from './client';
import { createEncoder } from './encode';
import { readXapi, xapiDefinitions } from './settings';

/** What is usual for an LRS to take. */
const batchBytes = 1_048_576;

export const xapi = defineDestinationKind({
  title: 'A Learning Record Store: results as xAPI statements',
  definitions: xapiDefinitions,
  read: readXapi,
  takes: ['consumption'],
  create: (settings, deps) => ({
    // Another platform or version makes no other statements: their ids stay.
    shape: shapeHash(settings.baseUrl, settings.actor, settings.accountHomePage),
    limits: { batchSize: settings.batchSize, batchBytes, concurrency: settings.concurrency, deadlineMs },
    ...createEncoder(settings),
    send: createXapiClient(settings, deps),
  }),
  checks: checkXapi,
});
