import { type CloudEvent, HTTP } from 'cloudevents';
import { Webhook } from 'standardwebhooks';
import { addControl, addPoison, forget, newest, tell } from '../control';
import { type Answer, type PocketRequest, PocketServer } from '../server';
import { webhookReceiverDefaults, type WebhookReceiverOptions } from './options';
import { WebhookReceiverState } from './state';

/** Anyone's own endpoint, that runs: what its author would build of two packages, and nothing of this project. */
export interface WebhookReceiver {
  readonly url: string;
  readonly state: WebhookReceiverState;
  readonly server: PocketServer;
  readonly options: WebhookReceiverOptions;
  stop(): Promise<void>;
}

/** @throws Error in one sentence when the port is taken. */
export async function startWebhookReceiver(
  given: Partial<WebhookReceiverOptions> = {},
): Promise<WebhookReceiver> {
  const options: WebhookReceiverOptions = { ...webhookReceiverDefaults, ...given };
  const server = new PocketServer('Webhook receiver', options);
  const state = new WebhookReceiverState();
  server.notFound = { status: 404, body: { error: 'not found' } };
  server.on('POST', '/hooks/learning', (request) => receive(request, state, options));
  addControl(server, {
    options,
    summary: () => ({
      calls: state.calls.length,
      events: state.events.size,
      courses: state.courses.size,
      progress: state.progress.size,
      poisoned: state.poisoned.size,
    }),
  });
  tell(server, '/_sandbox/events', (request) => ({ events: newest(state.events.values(), request) }));
  forget(server, '/_sandbox/events', () => state.clear());
  addPoison(server, state.poisoned);
  await server.start();
  return { url: `${server.url}/hooks/learning`, state, server, options, stop: () => server.stop() };
}

function receive(
  { headers, body }: PocketRequest,
  state: WebhookReceiverState,
  { secret, status }: WebhookReceiverOptions,
): Answer {
  const webhookId = headers['webhook-id']?.toString();
  const refuse = (code: number, wrong: string): Answer => {
    state.calls.push({ webhookId, status: code, events: 0, wrong });
    return { status: code, body: { error: wrong } };
  };
  const text = body.toString('utf8');
  try {
    new Webhook(secret).verify(text, headers as Record<string, string>);
  } catch {
    return refuse(401, 'signature');
  }
  let events: CloudEvent<unknown>[];
  try {
    const read = HTTP.toEvent<unknown>({ headers, body: text });
    events = (Array.isArray(read) ? read : [read]) as CloudEvent<unknown>[];
    for (const event of events) event.validate();
  } catch {
    return refuse(400, 'events');
  }
  if (events.some((event) => state.isPoisoned(event))) return refuse(400, 'poisoned');
  for (const event of events) state.take(event);
  state.calls.push({ webhookId, status, events: events.length });
  // Power Automate and Logic Apps say nothing more.
  return { status };
}
