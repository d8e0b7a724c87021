import type { ServerOptions } from '../server';

export interface WebhookReceiverOptions extends ServerOptions {
  /** Standard Webhooks: the one that it verifies with. */
  secret: string;
  /** What a batch that is taken is answered with; Logic Apps says 202. */
  status: number;
  /** Bytes of body, then 413. */
  bodyLimit: number;
}

export const webhookReceiverDefaults: WebhookReceiverOptions = {
  secret: 'whsec_c2FuZGJveC13ZWJob29rLXNlY3JldC0wMDE=',
  status: 202,
  bodyLimit: 4 * 1024 * 1024,
};
