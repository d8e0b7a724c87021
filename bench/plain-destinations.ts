import { randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { request } from 'undici';
import { sendGrades, Sender } from './plain';

/* The plain loop to other destinations than the L&D services. */

type Env = Readonly<Record<string, string>>;

/** As many records a call as the destinations take unless they are told otherwise. */
const batch = 100;

async function post(url: string, headers: Record<string, string>, body: string): Promise<void> {
  const answer = await request(url, { method: 'POST', headers, body });
  await answer.body.dump();
  if (answer.statusCode >= 300) throw new Error(`${url} answered ${answer.statusCode}`);
}

/** Bulk grades as signed batches of events. */
export async function plainWebhook(env: Env): Promise<number> {
  const webhook = new Webhook(env.DEST__webhook__secret ?? '');
  const out = new Sender(async (events) => {
    const [id, at, body] = [randomUUID(), new Date(), JSON.stringify(events)];
    const headers = {
      'content-type': 'application/cloudevents-batch+json; charset=utf-8',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': webhook.sign(id, at, body),
    };
    await post(env.DEST__webhook__url ?? '', headers, body);
  }, batch);
  return sendGrades(env, out, ({ username, course_key, passed }) => [
    {
      specversion: '1.0',
      id: randomUUID(),
      source: '/bench/openedx',
      type: 'lms-bridge.progress.changed',
      subject: course_key,
      time: new Date().toISOString(),
      datacontenttype: 'application/json',
      data: { courseId: course_key, email: username, status: passed ? 'Passed' : 'InProgress' },
    },
  ]);
}

/** Bulk grades as xAPI statements: two for who is in progress, as LMS Bridge tells it. */
export async function plainLrs(env: Env): Promise<number> {
  const pair = Buffer.from(`${env.DEST__lrs__key}:${env.DEST__lrs__secret}`).toString('base64');
  const headers = {
    'content-type': 'application/json',
    'x-experience-api-version': '1.0.3',
    authorization: `Basic ${pair}`,
  };
  const url = `${env.DEST__lrs__baseUrl}/statements`;
  const out = new Sender((statements) => post(url, headers, JSON.stringify(statements)), batch);
  return sendGrades(env, out, ({ username, course_key, passed }) =>
    (passed ? ['passed'] : ['initialized', 'progressed']).map((verb) => ({
      id: randomUUID(),
      actor: { objectType: 'Agent', mbox: `mailto:${username}` },
      verb: { id: `http://adlnet.gov/expapi/verbs/${verb}`, display: { en: verb } },
      object: {
        objectType: 'Activity',
        id: `https://lms.example.com/courses/${encodeURIComponent(course_key)}`,
      },
      timestamp: new Date().toISOString(),
    })),
  );
}
