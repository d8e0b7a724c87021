import { app } from '@azure/functions';
import { apiAddress } from '../lib/api/api-address';
import { atTheDoor } from '../lib/api/door';
import { parseQuery, runsQuery } from '../lib/api/requests';
import { listRuns } from '../lib/api/runs';

app.http('runs', {
  route: 'runs',
  methods: ['GET'],
  authLevel: 'function',
  handler: (request) =>
    atTheDoor(async (bridge) => {
      const query = parseQuery(runsQuery, request.query);
      return query.ok ? listRuns(bridge, query.value, apiAddress(request.url, 'runs')) : query.answer;
    }),
});
