import { createHmac, randomBytes } from 'node:crypto';
import { startAzurite } from '../local/azurite';
import type { WebhookEvent } from '../src/lib/domain/event';
import { type App, createApp } from '../src/lib/app';
import { postWebhook } from '../src/lib/api/webhook';
import { createLogger } from '../src/lib/log';

/*
 * How much the webhook costs beyond what storage costs: 200 senders at once against the intake (all of it, from the
 * bytes of a signed call to its answer), and against a function that only writes the same rows and the same message.
 * Both run in this process, without HTTP in front, so that what is compared is the work and not the host; in turns, so
 * that a busy moment of the machine meets both. Storage is an Azurite of this run's own.
 */
const senders = 200;
const requestsARound = Number(process.env.BENCH_REQUESTS ?? 2_000);
const rounds = 3;

const key = randomBytes(24);

interface Figures {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
}

async function main(): Promise<void> {
  const azurite = await startAzurite({ ports: 'free', location: 'temporary' });
  try {
    const app = createApp(settings(azurite.connectionString), { log: createLogger({ level: 'silent' }) });
    await app.storage.prepare();
    // The first calls open connections and warm the code; they count for neither.
    await measure(200, () => writeAlone(app));
    await measure(200, () => takeIn(app));
    const alone: number[][] = [];
    const intake: number[][] = [];
    const seconds = { alone: 0, intake: 0 };
    for (let round = 0; round < rounds; round++) {
      const first = await measure(requestsARound, () => writeAlone(app));
      const second = await measure(requestsARound, () => takeIn(app));
      alone.push(first.times);
      intake.push(second.times);
      seconds.alone += first.seconds;
      seconds.intake += second.seconds;
    }
    report(figures(alone.flat(), seconds.alone), figures(intake.flat(), seconds.intake));
  } finally {
    await azurite.stop();
  }
}

const settings = (connectionString: string): Record<string, string> => ({
  AzureWebJobsStorage: connectionString,
  LMS_SOURCES: 'khalibre',
  LMS__khalibre__kind: 'khalibre',
  LMS__khalibre__baseUrl: 'https://khalibre.example.com',
  LMS__khalibre__sourceSystemId: '17',
  LMS__khalibre__clientId: 'bench',
  LMS__khalibre__clientSecret: 'bench',
  LMS__khalibre__webhookSecret: `whsec_${key.toString('base64')}`,
  LD__baseUrl: 'https://ld.example.com',
  LD__auth: 'oauth2',
  LD__tokenUrl: 'https://ld.example.com/token',
  LD__clientId: 'bench',
  LD__clientSecret: 'bench',
  LD__submittedBy: 'bench@example.com',
});

let sent = 0;
const bodyOf = (n: number): Buffer =>
  Buffer.from(
    JSON.stringify({
      eventType: 'course.activity',
      courseId: 1200 + (n % 50),
      learnerEmail: `learner${n}@example.com`,
      timestamp: new Date().toISOString(),
    }),
  );

async function takeIn(app: App): Promise<void> {
  const n = ++sent;
  const bytes = bodyOf(n);
  const timestamp = String(Math.floor(Date.now() / 1000));
  const mac = createHmac('sha256', key).update(`msg_${n}.${timestamp}.`).update(bytes).digest('base64');
  const headers = new Headers({
    'content-type': 'application/json',
    'webhook-id': `msg_${n}`,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${mac}`,
  });
  const answer = await postWebhook(app, 'POST', {
    source: 'khalibre',
    header: (name) => headers.get(name),
    body: new Blob([new Uint8Array(bytes)]).stream(),
  });
  if (answer.status !== 202) throw new Error(`The webhook answered ${answer.status}`);
}

/** The same rows and the same message, with nothing looked at. */
async function writeAlone({ engine }: App): Promise<void> {
  const n = ++sent;
  const now = Date.now();
  const event: WebhookEvent = {
    eventId: `khalibre-${randomBytes(12).toString('hex')}`,
    source: 'khalibre',
    type: 'course.activity',
    state: 'received',
    receivedAt: now,
    queuedAt: now,
    dueAt: now,
    attempts: 0,
    error: undefined,
    task: {
      type: 'course',
      kind: 'consumption',
      courseId: String(1200 + (n % 50)),
      learner: `learner${n}@example.com`,
    },
  };
  await engine.inbox.add(event, { bytes: bodyOf(n), typeHeader: undefined });
  await engine.wakeUps.send({ queue: 'webhook-events', body: { eventId: event.eventId } });
}

/** @returns how long each took, milliseconds, and all together. */
async function measure(
  requests: number,
  call: () => Promise<void>,
): Promise<{ times: number[]; seconds: number }> {
  const times: number[] = [];
  let left = requests;
  const start = performance.now();
  await Promise.all(
    Array.from({ length: senders }, async () => {
      while (left-- > 0) {
        const began = performance.now();
        await call();
        times.push(performance.now() - began);
      }
    }),
  );
  return { times, seconds: (performance.now() - start) / 1000 };
}

function figures(times: number[], seconds: number): Figures {
  const sorted = times.sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? NaN;
  return { perSecond: times.length / seconds, p50: at(0.5), p99: at(0.99) };
}

function report(alone: Figures, intake: Figures): void {
  const line = (name: string, { perSecond, p50, p99 }: Figures): string =>
    `${name.padEnd(22)} ${perSecond.toFixed(0).padStart(6)}/s   p50 ${p50.toFixed(0).padStart(5)} ms   p99 ${p99.toFixed(0).padStart(5)} ms`;
  console.log(line('rows and message alone', alone));
  console.log(line('webhook intake', intake));
  console.log(
    `ratio: p99 ${(intake.p99 / alone.p99).toFixed(2)}, throughput ${(alone.perSecond / intake.perSecond).toFixed(2)} (1.3 at the most is the aim; ${senders} senders)`,
  );
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
});
