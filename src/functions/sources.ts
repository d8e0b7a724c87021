import { app } from '@azure/functions';
import { atTheDoor } from '../lib/api/door';
import { listSources } from '../lib/api/sources/list';

app.http('sources', {
  route: 'sources',
  methods: ['GET'],
  authLevel: 'function',
  handler: () => atTheDoor((bridge) => Promise.resolve(listSources(bridge))),
});
