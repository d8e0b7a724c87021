import { app } from '@azure/functions';
import { atTheDoor } from '../lib/api/door';
import { getLearner } from '../lib/api/sources/directory';
import { fromPath } from '../lib/api/sources/requests';

app.http('sourceLearner', {
  route: 'sources/{source}/learners/{id}',
  methods: ['GET'],
  authLevel: 'function',
  handler: ({ params }) =>
    atTheDoor((bridge) => getLearner(bridge, fromPath(params.source), fromPath(params.id))),
});
