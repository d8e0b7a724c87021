import { app } from '@azure/functions';
import { atTheDoor } from '../lib/api/door';
import { eventsQuery, listEvents } from '../lib/api/events';
import { parseQuery } from '../lib/api/requests';

app.http('events', {
  route: 'events',
  methods: ['GET'],
  authLevel: 'function',
  handler: (request) =>
    atTheDoor(async (bridge) => {
      const asked = parseQuery(eventsQuery, request.query);
      return asked.ok ? listEvents(bridge, asked.value) : asked.answer;
    }),
});
