import { app } from '@azure/functions';
import { atTheDoor } from '../lib/api/door';
import { parseQuery } from '../lib/api/requests';
import { listEntities } from '../lib/api/sources/directory';
import { fromPath, pageQuery } from '../lib/api/sources/requests';

app.http('sourceEntities', {
  route: 'sources/{source}/entities',
  methods: ['GET'],
  authLevel: 'function',
  handler: (request) =>
    atTheDoor(async (bridge) => {
      const asked = parseQuery(pageQuery, request.query);
      return asked.ok ? listEntities(bridge, fromPath(request.params.source), asked.value) : asked.answer;
    }),
});
