import { app } from '@azure/functions';
import { atTheDoor } from '../lib/api/door';
import { parseQuery } from '../lib/api/requests';
import { listLearners } from '../lib/api/sources/directory';
import { fromPath, learnersQuery } from '../lib/api/sources/requests';

app.http('sourceLearners', {
  route: 'sources/{source}/learners',
  methods: ['GET'],
  authLevel: 'function',
  handler: (request) =>
    atTheDoor(async (bridge) => {
      const asked = parseQuery(learnersQuery, request.query);
      return asked.ok ? listLearners(bridge, fromPath(request.params.source), asked.value) : asked.answer;
    }),
});
