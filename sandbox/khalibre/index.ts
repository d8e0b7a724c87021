import { addControl, control, tell } from '../control';
import { PocketServer } from '../server';
import { addActions } from './actions';
import type { KhCourse } from './course';
import { eventTypes, type KhEvent } from './events';
import { khalibreDefaults, webhookShapes, type KhalibreOptions, type WebhookTarget } from './options';
import { KhalibreState, type ProgressChange } from './state';
import { addTokenEndpoint } from './token-endpoint';
import { WebhookSender } from './webhooks';

/** A pocket Khalibre that runs. */
export interface Khalibre {
  readonly url: string;
  readonly state: KhalibreState;
  readonly server: PocketServer;
  readonly webhooks: WebhookSender;
  stop(): Promise<void>;
}

/** @throws Error in one sentence when the port is taken. */
export async function startKhalibre(given: Partial<KhalibreOptions> = {}): Promise<Khalibre> {
  const options: KhalibreOptions = { ...khalibreDefaults, ...given };
  const server = new PocketServer('Khalibre', options);
  const state = new KhalibreState(options, () => server.now());
  const webhooks = new WebhookSender(
    () => state.webhook,
    () => server.now(),
  );
  state.onEvent = (event) => webhooks.send(event);
  server.notFound = { status: 404, body: '<h1>Not Found</h1>' };
  addTokenEndpoint(server, state);
  addActions(server, state);
  addControl(server, {
    tokens: state.tokens,
    options,
    summary: () => ({
      courses: state.courses.size,
      listed: state.listed().length,
      progress: state.progress.length,
      webhooksSent: webhooks.sent.length,
    }),
  });
  addDataControl(server, state, webhooks);
  await server.start();
  server.repeat(options.activity, () => state.act(1));
  return { url: server.url, state, server, webhooks, stop: () => server.stop() };
}

/**
 * `POST /_sandbox/courses {put?, remove?}`, `/progress {put?, remove?}`, `/act {count?}`, `/webhook {url, secret?,
 * shape?}` (`{}`: none) and `/webhooks {type, courseId?, learnerEmail?, community?}`, which sends one; GET tells each.
 */
function addDataControl(server: PocketServer, state: KhalibreState, webhooks: WebhookSender): void {
  control(server, '/_sandbox/courses', (body) => {
    for (const change of (body.put ?? []) as (Partial<KhCourse> & { id: number })[]) state.putCourse(change);
    for (const id of (body.remove ?? []) as number[]) state.removeCourse(id);
    return { courses: state.courses.size };
  });
  control(server, '/_sandbox/progress', (body) => {
    for (const change of (body.put ?? []) as ProgressChange[]) state.putProgress(change);
    for (const gone of (body.remove ?? []) as Required<ProgressChange>[])
      state.removeProgress(gone.courseId, gone.email, gone.communityId);
    return { progress: state.progress.length };
  });
  control(server, '/_sandbox/act', (body) => {
    state.act(Number(body.count ?? 1));
    return {};
  });
  control(server, '/_sandbox/webhook', (body) => {
    const target = body as unknown as WebhookTarget;
    if (target.url !== undefined && !URL.canParse(target.url)) throw new Error('url is no URL');
    if (target.shape !== undefined && !webhookShapes.includes(target.shape))
      throw new Error(`shape is one of ${webhookShapes.join(', ')}`);
    state.webhook = target.url === undefined ? undefined : target;
    return {};
  });
  control(server, '/_sandbox/webhooks', (body) => {
    const event = body as unknown as KhEvent;
    if (!eventTypes.includes(event.type)) throw new Error(`type is one of ${eventTypes.join(', ')}`);
    webhooks.send(event);
    return {};
  });
  tell(server, '/_sandbox/courses', () => ({ courses: [...state.courses.values()] }));
  tell(server, '/_sandbox/progress', () => ({ progress: state.progress }));
  tell(server, '/_sandbox/webhooks', () => ({ sent: webhooks.sent }));
}
