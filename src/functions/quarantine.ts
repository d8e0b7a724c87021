import { app } from '@azure/functions';
import { atTheDoor } from '../lib/api/door';
import { listQuarantine } from '../lib/api/quarantine';
import { parseQuery, quarantineQuery } from '../lib/api/requests';

app.http('quarantine', {
  route: 'quarantine',
  methods: ['GET'],
  authLevel: 'function',
  handler: (request) =>
    atTheDoor(async (bridge) => {
      const query = parseQuery(quarantineQuery, request.query);
      return query.ok ? listQuarantine(bridge, query.value) : query.answer;
    }),
});
