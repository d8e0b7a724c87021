import type { ServerOptions } from '../server';

/** How these L&D services are set up; all of it can be changed while they run. */
export interface LdServicesOptions extends ServerOptions {
  clientId: string;
  clientSecret: string;
  subscriptionKey: string;
  /** What v1 calls the resource; v2's scope is this with `/.default`. */
  resource: string;
  tokenSeconds: number;
  /** Bytes of body, then 413. */
  bodyLimit: number;
  /** Take fields that no public client ever sent. */
  allowUnknownFields: boolean;
  statuses: string[];
  /** While set, well-formed batches get 200 with this as `errormessage`, and nothing is kept. */
  errorMessage?: string;
  /** Keep each accepted batch's records with its post. */
  keepBodies: boolean;
}

export const ldServicesDefaults: LdServicesOptions = {
  clientId: 'lms-bridge',
  clientSecret: 'sandbox-ld-secret',
  subscriptionKey: 'sandbox-subscription-key',
  resource: 'https://ld.example.com',
  tokenSeconds: 3600,
  bodyLimit: 4 * 1024 * 1024,
  allowUnknownFields: false,
  statuses: ['Passed', 'Failed', 'InProgress'],
  keepBodies: false,
};
