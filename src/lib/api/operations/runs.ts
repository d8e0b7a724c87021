import { z } from 'zod';
import { resyncRequest, runsQuery, watermarksQuery } from '../requests';
import { runSchema, runsSchema, startedSchema, watermarksSchema } from '../schemas';
import type { Operations } from './operation';

const runId = 'openedx-catalog-20260302T020000Z';
const run = {
  runId,
  source: 'openedx',
  kind: 'catalog',
  destination: 'ld',
  mode: 'incremental',
  trigger: 'timer',
  dryRun: false,
  state: 'succeeded',
  counts: { read: 412, sent: 9, unchanged: 403, skipped: 0, quarantined: 0, deleted: 1 },
  slices: { total: 1, done: 1, failed: 0 },
  startedAt: '2026-03-02T02:00:00Z',
  finishedAt: '2026-03-02T02:00:41Z',
  page: `https://example.com/api/status/runs/${runId}`,
};
const parts = z.object({ runId: z.string().meta({ description: 'The id of a run', examples: [runId] }) });

export const runOperations = {
  resync: {
    method: 'post',
    path: '/resync',
    tag: 'Runs',
    summary: 'Start runs',
    description:
      'Starts a run for every feed that was asked for. What is left out means all sources, both kinds, all destinations, incremental. A filter that a source cannot honour is 422, and nothing is started.',
    body: {
      schema: resyncRequest,
      required: false,
      examples: {
        everything: {},
        'one destination, everything anew': { destination: 'ld', mode: 'full' },
        'dry run of one catalog': { source: 'openedx', kind: 'catalog', mode: 'full', dryRun: true },
        'a month of results': {
          source: 'openedx',
          kind: 'consumption',
          from: '2026-01-01T00:00:00Z',
          to: '2026-02-01T00:00:00Z',
        },
      },
    },
    answers: {
      202: {
        description: 'The runs that were started',
        schema: startedSchema,
        example: {
          runs: [
            {
              runId,
              source: 'openedx',
              kind: 'catalog',
              destination: 'ld',
              url: `https://example.com/api/runs/${runId}`,
              page: `https://example.com/api/status/runs/${runId}`,
            },
          ],
        },
      },
    },
    problems: [422, 501],
  },
  listRuns: {
    method: 'get',
    path: '/runs',
    tag: 'Runs',
    summary: 'List runs, newest first',
    query: runsQuery,
    answers: {
      200: { description: 'A page of runs', schema: runsSchema, example: { runs: [run], next: runId } },
    },
    problems: [],
  },
  getRun: {
    method: 'get',
    path: '/runs/{runId}',
    tag: 'Runs',
    summary: 'Read a run',
    parts,
    answers: { 200: { description: 'The run as it is now', schema: runSchema, example: run } },
    problems: [404],
  },
  cancelRun: {
    method: 'post',
    path: '/runs/{runId}/cancel',
    tag: 'Runs',
    summary: 'Cancel a run',
    description:
      'Its workers stop within seconds; a run that nobody works on ends at once. One that ended stays as it is.',
    parts,
    answers: {
      202: {
        description: 'The run as it is now',
        schema: runSchema,
        example: { ...run, state: 'cancelled' },
      },
    },
    problems: [404],
  },
  listWatermarks: {
    method: 'get',
    path: '/watermarks',
    tag: 'Runs',
    summary: 'How far each feed has been delivered',
    description: 'Only of feeds that the source filters by modification time.',
    query: watermarksQuery,
    answers: {
      200: {
        description: 'The watermarks',
        schema: watermarksSchema,
        example: {
          watermarks: [
            {
              source: 'openedx',
              kind: 'consumption',
              destination: 'ld',
              value: '2026-03-02T09:50:00Z',
              lagSeconds: 720,
            },
          ],
        },
      },
    },
    problems: [],
  },
} satisfies Operations;
