import { app } from '@azure/functions';
import { getSourcePage } from '../lib/api/status/source/answer';

app.http('statusSource', {
  route: 'status/sources/{id}',
  methods: ['GET'],
  authLevel: 'function',
  handler: (request) => getSourcePage(request, request.params.id ?? ''),
});
