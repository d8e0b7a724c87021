import { z } from 'zod';
import { eventsQuery, eventsReplayRequest, quarantineQuery, replayRequest } from '../requests';
import {
  endedPauseSchema,
  eventsReplaySchema,
  eventsSchema,
  pausesSchema,
  quarantineReplaySchema,
  quarantineSchema,
  system,
} from '../schemas';
import type { Operations } from './operation';

const id = 'openedx-consumption-0f3a9c5b7d1e2468';
const runId = 'openedx-consumption-20260302T101500Z-a1b2c3';
const eventId = 'khalibre-3f1c0e9a7b5d2c4e6f8a9b0c';

/** Systems that asked to be left alone; records and events that did not get through, and another attempt at them. */
export const troubleOperations = {
  listPauses: {
    method: 'get',
    path: '/pauses',
    tag: 'Pauses',
    summary: 'List the systems that asked to be left alone',
    answers: {
      200: {
        description: 'Until when, and what they answered',
        schema: pausesSchema,
        example: {
          pauses: [{ system: 'openedx', until: '2026-03-02T11:00:00Z', why: '429 with Retry-After' }],
        },
      },
    },
    problems: [],
  },
  endPause: {
    method: 'post',
    path: '/pauses/{system}/end',
    tag: 'Pauses',
    summary: 'Call a system again at once',
    description: 'The next call goes alone and tells how the system is. What waited for the end goes on.',
    parts: z.object({ system: system.meta({ examples: ['openedx'] }) }),
    answers: {
      200: {
        description: 'The pause is over',
        schema: endedPauseSchema,
        example: { system: 'openedx', ended: true },
      },
    },
    problems: [404],
  },
  listQuarantine: {
    method: 'get',
    path: '/quarantine',
    tag: 'Quarantine',
    summary: 'List the records that could not be delivered',
    query: quarantineQuery,
    answers: {
      200: {
        description: 'A page of records, without their content',
        schema: quarantineSchema,
        example: {
          records: [
            {
              id,
              runId,
              source: 'openedx',
              kind: 'consumption',
              destination: 'ld',
              reason: 'The row has no course',
              at: '2026-03-02T10:15:09Z',
            },
          ],
        },
      },
    },
    problems: [],
  },
  replayQuarantine: {
    method: 'post',
    path: '/quarantine/replay',
    tag: 'Quarantine',
    summary: 'Try quarantined records again',
    description: 'Starts a run for each feed concerned. Ids that are no longer there are not counted.',
    body: {
      schema: replayRequest,
      required: false,
      examples: { all: {}, one: { ids: [id] }, 'of one destination': { destination: 'ld' } },
    },
    answers: {
      202: {
        description: 'How many, and the runs that try them',
        schema: quarantineReplaySchema,
        example: {
          replayed: 1,
          runs: [
            {
              runId,
              source: 'openedx',
              kind: 'consumption',
              destination: 'ld',
              url: `https://example.com/api/runs/${runId}`,
              page: `https://example.com/api/status/runs/${runId}`,
            },
          ],
        },
      },
    },
    problems: [],
  },
  listEvents: {
    method: 'get',
    path: '/events',
    tag: 'Webhooks',
    summary: "List the webhooks' events, newest first",
    query: eventsQuery,
    answers: {
      200: {
        description: 'A page of events, without what was sent',
        schema: eventsSchema,
        example: {
          events: [
            {
              eventId,
              source: 'khalibre',
              type: 'course.updated',
              state: 'applied',
              receivedAt: '2026-03-02T10:20:31Z',
              attempts: 1,
            },
          ],
        },
      },
    },
    problems: [],
  },
  replayEvents: {
    method: 'post',
    path: '/events/replay',
    tag: 'Webhooks',
    summary: 'Try events again',
    description: 'Those named, or all that are dead or were ignored.',
    body: { schema: eventsReplayRequest, required: false, examples: { all: {}, one: { ids: [eventId] } } },
    answers: {
      202: {
        description: 'How many stand in line again',
        schema: eventsReplaySchema,
        example: { replayed: 1 },
      },
    },
    problems: [],
  },
} satisfies Operations;
