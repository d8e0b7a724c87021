import { eventView, type EventView } from '../../lib/api/events';
import { eventStates } from '../../lib/domain/event';
import { sourceMustBeKnown } from '../../lib/sync/known-source';
import { newestEvents } from '../../lib/webhooks/list-events';
import { table } from '../table';
import { limitOf, noMore, oneOf, valueOf } from '../words';
import { exitCodes, type StorageCommand, text } from './command';

export const events: StorageCommand = {
  name: 'events',
  needs: 'storage',
  flags: { source: text, state: text, limit: text },
  usage: 'events [flags]',
  what: 'webhook events, newest first',
  help: `Lists webhook events, newest first, without what was sent.

  lms-bridge events [flags]

  --source ID    only of this source
  --state STATE  only ${eventStates.join(', ')}
  --limit N      so many at the most; left out: 50
  --json         one JSON object

${exitCodes}

Examples
  npx lms-bridge events --state dead
  npx lms-bridge replay events
`,
  async run(given, desk) {
    noMore(given.words);
    const state = oneOf(given, 'state', eventStates);
    const limit = limitOf(given);
    const source = valueOf(given, 'source');
    const { engine } = await desk.open();
    const found: EventView[] = [];
    const among = await engine.inbox.storedSources();
    await sourceMustBeKnown(engine, source, among);
    for await (const { event } of newestEvents(engine.inbox, { source, state, pageSize: limit }, among))
      if (found.push(eventView(event)) >= limit) break;
    desk.show({ events: found }, () =>
      found.length === 0
        ? 'There are no such events.\n'
        : table([
            ['received', 'source', 'type', 'state', 'attempts', 'event', 'error'],
            ...found.map((event) => [
              event.receivedAt,
              event.source,
              event.type ?? '-',
              event.state,
              String(event.attempts),
              event.eventId,
              event.error ?? '',
            ]),
          ]),
    );
    return 0;
  },
};
