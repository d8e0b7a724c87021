import type { LdSettings } from '../../settings/types';
import type { Sink } from '../sink';
import { createLdClient, type LdDeps } from './client';
import { createEncoder } from './encode';

/** Of one batch: what a paused worker's successor waits for before it sends. */
const usualDeadlineMs = 30_000;

/** @throws SettingsError when a setting of LD__ cannot be used. */
export function createLdServices(settings: LdSettings, deps: LdDeps, deadlineMs = usualDeadlineMs): Sink {
  const { batchSize, batchBytes, concurrency } = settings;
  return {
    limits: { batchSize, batchBytes, concurrency, deadlineMs },
    ...createEncoder(settings),
    send: createLdClient(settings, deps, deadlineMs),
  };
}
