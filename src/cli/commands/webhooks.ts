import { appOperations } from '../../lib/api/operations/app';
import { pathTo } from '../../lib/api/operations/operation';
import { parseUtc, utc, type Utc } from '../../lib/domain/time';
import { nearest } from '../../lib/settings/read-group';
import type { WebhookList } from '../../lib/sources/source';
import { eventTypes } from '../../lib/webhooks/recognise';
import { administered } from '../../lib/webhooks/admin';
import { catchUp } from '../../lib/webhooks/catch-up';
import {
  type RegistrationOutcome,
  type Registered,
  registerWebhooks,
} from '../../lib/webhooks/register-webhooks';
import { maskedAddress } from '../../lib/webhooks/webhook-address';
import { sendEvent } from '../send-event';
import { table } from '../table';
import { UsageError } from '../usage-error';
import { type Given, needed, noMore, shown, valueOf } from '../words';
import { type Desk, flag, type StorageCommand, text } from './command';

export const webhooks: StorageCommand = {
  name: 'webhooks',
  words: ['register', 'list', 'catch-up', 'send'],
  flags: {
    source: text,
    url: text,
    code: text,
    events: text,
    add: flag,
    from: text,
    course: text,
    learner: text,
  },
  usage: 'webhooks register|list|catch-up|send --source ID',
  what: 'set up a vendor’s webhooks; take in what never arrived',
  help: `Sets up webhooks at a vendor that lets it be done from here (Academy of Mine), one for each event, lists them,
and takes in what the vendor's log says was sent and what never arrived. Function keys are never shown.

  lms-bridge webhooks register --source ID --url https://HOST/api/webhooks/ID [--code KEY] [--events A,B] [--add]
  lms-bridge webhooks list --source ID
  lms-bridge webhooks catch-up --source ID [--from TIME]
  lms-bridge webhooks send EVENT --source ID --course ID [--learner ADDRESS] [--url URL]

  --source ID    the source
  --url URL      where events go: the app's own address, api/webhooks, the source's id
  --code KEY     the function key; left out: the setting LMS__<id>__webhookCode
  --events A,B   which; left out: those that change results
  --add          create one also where one is there that was not created from here
  --from TIME    the log from then on; left out: as long as events are kept (RETENTION_DAYS)
  --course ID    the course that the event is about, by its id at the source
  --learner ADDRESS  the learner, where the event is about one
  --json         one JSON object

register creates what is missing, leads its own to the new address when that changed, and leaves the rest alone: it
can be run again. Deliveries that catch-up finds are put in line, and the running app works them.

send plays the vendor: it posts one of Khalibre's events (${eventTypes.join(', ')})
to the local host, signed as the real one where the source has a webhookSecret; left out, --url is that of npm start,
at PORT or 7071. lms-bridge events shows what became of it.

Exit code: 0 done, 1 failed, or an event has no webhook that is known to lead here, 2 the command line cannot be
understood.

Examples
  npx lms-bridge webhooks register --source academyofmine --url https://app.example.com/api/webhooks/academyofmine
  npx lms-bridge webhooks catch-up --source academyofmine --from 2026-01-31T00:00:00Z
  npx lms-bridge webhooks send course.updated --source khalibre --course 1
`,
  async run(given, desk) {
    const [verb, ...more] = given.words;
    const act = verbs.get(verb ?? '');
    if (!act)
      throw new UsageError(
        verb === undefined
          ? 'Say what to do: webhooks register, list, catch-up or send'
          : `${shown(verb)} is not a word for this command; write webhooks register, list, catch-up or send`,
      );
    noMore(verb === 'send' ? more.slice(1) : more);
    for (const name of Object.keys(given.values))
      if (!['source', 'json', ...act.flags].includes(name))
        throw new UsageError(`webhooks ${verb} takes no --${name}; take it out`);
    return act.run(given, needed(given, 'source', 'academyofmine'), desk);
  },
};

interface Verb {
  readonly flags: readonly string[];
  run(given: Given, source: string, desk: Desk): Promise<number>;
}

const verbs: ReadonlyMap<string, Verb> = new Map([
  ['register', { flags: ['url', 'code', 'events', 'add'], run: register }],
  ['list', { flags: [], run: list }],
  ['catch-up', { flags: ['from'], run: takeMissed }],
  ['send', { flags: ['url', 'course', 'learner'], run: send }],
]);

async function register(given: Given, source: string, desk: Desk): Promise<number> {
  const url = needed(given, 'url', `https://app.example.com/api/webhooks/${source}`);
  const events = valueOf(given, 'events')
    ?.split(',')
    .map((event) => event.trim())
    .filter(Boolean);
  if (events?.length === 0) throw new UsageError('--events names no event; write them by comma');
  const { engine } = await desk.open();
  // Asked first: a source that cannot has no key to look for.
  const { open } = administered(engine, source);
  const code = valueOf(given, 'code') ?? (await open.settings.webhookCode?.read());
  const add = given.values.add === true;
  const signal = desk.terminal.interrupted;
  const answer = await registerWebhooks(engine, { source, url, code, events, add, signal });
  const { registered } = answer;
  if (registered.some(({ address }) => lacksKey(address)))
    desk.terminal.stderr.write(
      'The address has no function key (--code): Azure refuses such calls unless something in front adds one.\n',
    );
  const rows = registered.map(({ address, ...one }) => ({ ...one, address: maskedAddress(address) }));
  desk.show({ source, webhooks: rows, complete: answer.list.complete }, () =>
    [
      table([
        ['event', 'webhook', 'now', 'address'],
        ...rows.map(({ event, id, outcome, address }) => [event, id, words[outcome], address]),
      ]),
      ...registered.flatMap(advice),
      ...incomplete(answer.list),
    ].join(''),
  );
  return registered.every(({ outcome }) => leadsHere.includes(outcome)) ? 0 : 1;
}

const leadsHere: readonly RegistrationOutcome[] = ['created', 'moved', 'there'];

const words: Readonly<Record<RegistrationOutcome, string>> = {
  created: 'created',
  moved: 'led to the new address',
  there: 'there already',
  foreign: 'there, not from here',
  elsewhere: 'leads elsewhere',
};

function advice({ event, id, outcome }: Registered): string[] {
  if (outcome === 'foreign')
    return [
      `Webhook ${id} of ${event} was not created from here, and the vendor does not tell where it leads: look there, and write --add for one more.\n`,
    ];
  if (outcome === 'elsewhere')
    return [
      `Webhook ${id} of ${event} leads to another address, and there is no webhooks.update: delete it at the vendor, then run this again.\n`,
    ];
  return [];
}

const lacksKey = (address: string): boolean => {
  const { protocol, searchParams } = new URL(address);
  return protocol === 'https:' && !searchParams.has('code');
};

const incomplete = ({ complete }: WebhookList): string[] =>
  complete
    ? []
    : ['The vendor counts more webhooks than it lists; what is not listed is taken to be as it was left.\n'];

async function list(_: Given, source: string, desk: Desk): Promise<number> {
  const { engine } = await desk.open();
  const { admin } = administered(engine, source);
  const listed = await admin.list({ signal: desk.terminal.interrupted });
  const own = new Set([...(await engine.registrations.of(source)).values()].map(({ id }) => id));
  const rows = listed.webhooks.map((one) => ({ ...one, own: own.has(one.id) }));
  desk.show({ source, webhooks: rows, complete: listed.complete }, () =>
    rows.length === 0
      ? 'There are no webhooks.\n'
      : [
          table([
            ['webhook', 'events', 'created', 'from here'],
            ...rows.map((one) => [
              one.id,
              one.events.join(', '),
              one.createdAt ?? '-',
              one.own ? 'yes' : 'no',
            ]),
          ]),
          ...incomplete(listed),
        ].join(''),
  );
  return 0;
}

async function takeMissed(given: Given, source: string, desk: Desk): Promise<number> {
  const asked = valueOf(given, 'from');
  const since = asked === undefined ? undefined : parseUtc(asked);
  if (asked !== undefined && !since)
    throw new UsageError('--from must be a time in UTC, such as 2026-01-31T00:00:00Z');
  const { engine, settings } = await desk.open();
  const from: Utc = since ?? utc(engine.now() - settings.retentionDays * 86_400_000);
  const found = await catchUp(engine, { source, from, signal: desk.terminal.interrupted });
  const { webhooks: read, logged, arrived, before, taken, unseen, unreadable } = found;
  desk.show({ source, ...found }, () => {
    if (read.length === 0)
      return `There are no webhooks of ${source} whose log could be read; lms-bridge webhooks list shows them.\n`;
    return [
      `${count(logged, 'delivery', 'deliveries')} in the log of ${count(read.length, 'webhook', 'webhooks')} since ${from}: `,
      `${arrived} arrived, ${before} taken from the log before, ${taken} taken now`,
      taken > 0 ? '; the running app works them.\n' : '.\n',
      ...(unseen > 0
        ? [`The log does not show what ${unseen} of them said: a run looks at everything instead.\n`]
        : []),
      ...(unreadable > 0 ? [`${count(unreadable, 'row', 'rows')} of the log cannot be read.\n`] : []),
    ].join('');
  });
  return 0;
}

async function send(given: Given, source: string, desk: Desk): Promise<number> {
  const type = given.words[1];
  if (!eventTypes.some((known) => known === type) || type === undefined) {
    const near = type === undefined ? undefined : nearest(type, eventTypes);
    throw new UsageError(
      near
        ? `${shown(type ?? '')} is not an event; did you mean ${near}?`
        : `Say which event: ${eventTypes.join(', ')}`,
    );
  }
  const courseId = needed(given, 'course', '1');
  const learner = valueOf(given, 'learner');
  const port = desk.env.PORT?.trim() || '7071';
  const url =
    valueOf(given, 'url') ??
    `http://localhost:${port}/api/${pathTo(appOperations.receiveWebhook, { source })}`;
  const { engine } = await desk.open();
  const secret = engine.openSource(source).settings.webhookSecret;
  const signal = desk.terminal.interrupted;
  const answer = await sendEvent({ url, type, courseId, learner, secret, now: () => engine.now(), signal });
  const { status, eventId, detail } = answer;
  desk.show({ source, type, signed: secret !== undefined, ...answer }, () =>
    status === 202
      ? `Taken in${secret ? ', signed' : ''}: ${eventId}. lms-bridge events shows what became of it.\n`
      : `Refused (${status})${detail ? `: ${detail}` : ''}\n`,
  );
  return status === 202 ? 0 : 1;
}

const count = (n: number, one: string, more: string): string => `${n} ${n === 1 ? one : more}`;
