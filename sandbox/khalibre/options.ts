import type { ServerOptions } from '../server';

/** A learner's status as this Khalibre names it. The real codes and words are not published. */
export interface KhStatus {
  readonly code: number;
  readonly description: string;
}

/** Where a webhook's type, course and learner stand in its body: unpublished, so several likely ways. */
export const webhookShapes = ['flat', 'snake', 'data', 'course', 'header', 'opaque'] as const;
export type WebhookShape = (typeof webhookShapes)[number];

export interface WebhookTarget {
  url: string;
  /** `whsec_…`: the calls are signed as Standard Webhooks are. */
  secret?: string;
  /** `flat` when left out. */
  shape?: WebhookShape;
}

/** How this Khalibre is set up. All of it can be changed while it runs, but for what makes the data. */
export interface KhalibreOptions extends ServerOptions {
  /** Makes the data: the same seed gives the same courses, learners and progress. */
  seed: number;
  courses: number;
  learners: number;
  /** Courses that a learner is in, on average. */
  coursesPerLearner: number;
  /** Changes per minute while it runs; 0: none. */
  activity: number;
  clientId: string;
  clientSecret: string;
  tokenSeconds: number;
  /** `nested` as the published connector reads it; `flat` as RFC 6749 has it. */
  tokenErrors: 'flat' | 'nested';
  defaultPageSize: number;
  maxPageSize: number;
  honourPage: boolean;
  /** How ids are written. */
  ids: 'number' | 'string';
  /** How dates are written. */
  dates: 'iso' | 'space' | 'java' | 'millis';
  webhook?: WebhookTarget;
  /** A page of the course list that comes without rows, as if the server had lost them. */
  emptyCoursePage?: number;
}

export const khalibreDefaults: KhalibreOptions = {
  seed: 3,
  courses: 36,
  learners: 320,
  coursesPerLearner: 4,
  activity: 0,
  clientId: 'lms-bridge',
  clientSecret: 'sandbox+khalibre/secret==',
  tokenSeconds: 600,
  tokenErrors: 'nested',
  defaultPageSize: 10,
  maxPageSize: 500,
  honourPage: true,
  ids: 'number',
  dates: 'iso',
};

/** Those that learners go through; the last two are words that no reader can know. */
export const statuses = {
  notStarted: { code: 0, description: 'Not started' },
  inProgress: { code: 1, description: 'In progress' },
  completed: { code: 2, description: 'Completed' },
  failed: { code: 3, description: 'Failed' },
  onHold: { code: 7, description: 'On hold' },
  exempted: { code: 9, description: 'Exempted' },
} as const satisfies Record<string, KhStatus>;
