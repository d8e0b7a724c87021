import { defineDestinationKind } from '../kind';
import { shapeHash } from '../record-hash';
import { checkLd } from './check';
import { createLdClient, type LdDeps } from './client';
import { createEncoder } from './encode';
import { ldDefinitions, readLd, type LdSettings } from './settings';

/** Of one batch: what a paused worker's successor waits for before it sends. */
const usualDeadlineMs = 30_000;

/** @throws SettingsError when a setting cannot be used. */
export function createLdServices(settings: LdSettings, deps: LdDeps, deadlineMs = usualDeadlineMs) {
  const { batchSize, batchBytes, concurrency } = settings;
  const { baseUrl, submittedBy, externalIdForm, catalogDefaults, consumptionDefaults } = settings;
  return {
    shape: shapeHash(baseUrl, submittedBy, externalIdForm, catalogDefaults, consumptionDefaults),
    limits: { batchSize, batchBytes, concurrency, deadlineMs },
    ...createEncoder(settings),
    send: createLdClient(settings, deps, deadlineMs),
  };
}

export const ldServices = defineDestinationKind({
  title: 'The L&D services: an internal API for catalogs and consumption',
  definitions: ldDefinitions,
  read: readLd,
  needsSourceNumber: true,
  takes: ['catalog', 'consumption'],
  create: (settings, deps) => createLdServices(settings, deps),
  checks: checkLd,
});
