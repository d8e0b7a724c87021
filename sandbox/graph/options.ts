import type { ServerOptions } from '../server';

/** How this Microsoft Graph is set up; all of it can be changed while it runs. */
export interface GraphOptions extends ServerOptions {
  clientId: string;
  clientSecret: string;
  resource: string;
  tokenSeconds: number;
  /** The application permissions that the client has. */
  permissions: string[];
  /** The one provider that is registered. */
  providerId: string;
  /** `isCourseActivitySyncEnabled` of that provider. */
  activitySync: boolean;
  /** Every address of these mail domains is somebody's, who is made up when asked for. */
  everybodyAt: string[];
  /** Bytes of body, then 413. */
  bodyLimit: number;
}

export const graphDefaults: GraphOptions = {
  clientId: 'lms-bridge',
  clientSecret: 'sandbox-graph-secret',
  resource: 'https://graph.microsoft.com',
  tokenSeconds: 3600,
  permissions: [
    'LearningContent.ReadWrite.All',
    'LearningSelfInitiatedCourse.ReadWrite.All',
    'User.ReadBasic.All',
  ],
  providerId: '13727311-e7bb-470d-8b20-6a23d9030d70',
  activitySync: true,
  everybodyAt: ['example.com'],
  bodyLimit: 4 * 1024 * 1024,
};
