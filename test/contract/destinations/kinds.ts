import { startLdServices } from '../../../sandbox/ld-services';
import { startLrs } from '../../../sandbox/lrs';
import { courseOf } from '../../../sandbox/lrs/state';
import { graphSettings, ldSettings } from '../../../sandbox/settings';
import { startGraph } from '../../../sandbox/graph';
import { startWebhookReceiver } from '../../../sandbox/webhook-receiver';
import type { KindUnderTest } from './counterpart';

const ldServices: KindUnderTest = {
  name: 'ld-services',
  takes: ['catalog', 'consumption'],
  writesTo: 'C',
  async start() {
    const ld = await startLdServices();
    const { state } = ld;
    const full = (id: unknown): string => `course-v1:${String(id)}`;
    return {
      server: ld.server,
      settings: ldSettings('', ld),
      courses: () =>
        new Map(
          [...state.catalog.values()].map(({ record }) => [
            full(record.ExternalId),
            { name: String(record.Name), gone: record.Deleted === 'true' },
          ]),
        ),
      results: () =>
        new Map(
          [...state.consumption.values()].map(({ record }) => [
            `${full(record.ExternalId)}|${String(record.UserAlias)}`,
            String(record.ConsumptionStatus),
          ]),
        ),
      writes: () => state.posts.length,
      poison(ids) {
        state.poisoned.clear();
        for (const id of ids) state.poisoned.add(id.replace('course-v1:', ''));
      },
      rotate() {
        state.tokens.revokeAll();
        return {};
      },
      stop: () => ld.stop(),
    };
  },
};

const signedWebhook: KindUnderTest = {
  name: 'signed-webhook',
  takes: ['catalog', 'consumption'],
  writesTo: '/hooks',
  async start() {
    const receiver = await startWebhookReceiver();
    const { state, options } = receiver;
    return {
      server: receiver.server,
      settings: { url: receiver.url, secret: options.secret },
      courses: () =>
        new Map(
          [...state.courses.values()].map(({ subject, type, data }) => [
            subject,
            { name: String(data.name), gone: type === 'lms-bridge.course.deleted' },
          ]),
        ),
      results: () =>
        new Map(
          [...state.progress.values()].map(({ subject, data }) => [
            `${subject}|${String(data.email)}`,
            String(data.status),
          ]),
        ),
      writes: () => state.calls.length,
      poison(ids) {
        state.poisoned.clear();
        for (const id of ids) state.poisoned.add(id);
      },
      rotate() {
        const next = 'whsec_YW5vdGhlci1zZWNyZXQtb2YtMjQtYnl0ZXM=';
        const both = `${options.secret} ${next}`;
        options.secret = next;
        return { secret: both };
      },
      stop: () => receiver.stop(),
    };
  },
};

const xapi: KindUnderTest = {
  name: 'xapi',
  takes: ['consumption'],
  writesTo: '/statements',
  async start() {
    const lrs = await startLrs();
    const { state, options } = lrs;
    return {
      server: lrs.server,
      settings: { baseUrl: lrs.url, key: options.key, secret: options.secret },
      courses: () => new Map(),
      results: () =>
        new Map(
          [...state.statements.values()].map(({ actor, object, verb }) => [
            `${courseOf(object.id)}|${String(actor.mbox).slice('mailto:'.length)}`,
            verb.id.slice(verb.id.lastIndexOf('/') + 1),
          ]),
        ),
      writes: () => state.posts.length,
      poison(ids) {
        state.poisoned.clear();
        for (const id of ids) state.poisoned.add(id);
      },
      rotate() {
        options.secret = 'lrs-secret-002';
        return { secret: options.secret };
      },
      stop: () => lrs.stop(),
    };
  },
};

const vivaLearning: KindUnderTest = {
  name: 'viva-learning',
  takes: ['catalog', 'consumption'],
  writesTo: '/$batch',
  async start() {
    const graph = await startGraph();
    const { state } = graph;
    const courseNamed = (externalId: unknown): string => String(externalId).replace('openedx:', '');
    return {
      server: graph.server,
      settings: graphSettings('', graph),
      courses: () =>
        new Map(
          [...state.contents.values()].map(({ externalId, title, isActive }) => [
            courseNamed(externalId),
            { name: String(title), gone: isActive === false },
          ]),
        ),
      results: () =>
        new Map(
          [...state.activities.values()].map(({ learningContentId, learnerUserId, status }) => [
            `${courseNamed(state.contentById(learningContentId)?.externalId)}|${state.users.get(String(learnerUserId))?.mail}`,
            String(status),
          ]),
        ),
      writes: () => state.writes.length,
      poison(ids) {
        state.poisoned.clear();
        for (const id of ids) state.poisoned.add(id);
      },
      rotate() {
        state.tokens.revokeAll();
        state.tokens.client.clientSecret = 'sandbox-graph-secret-2';
        return { clientSecret: 'sandbox-graph-secret-2' };
      },
      stop: () => graph.stop(),
    };
  },
};

/** One entry a kind of the registry; a test looks that none is missing. */
export const kinds: readonly KindUnderTest[] = [ldServices, signedWebhook, vivaLearning, xapi];
