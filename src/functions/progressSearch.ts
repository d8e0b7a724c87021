import { app } from '@azure/functions';
import { toAct } from '../lib/api/door';
import { parseBody } from '../lib/api/body';
import { searchProgress } from '../lib/api/sources/progress';
import { fromPath, progressSearch } from '../lib/api/sources/requests';

app.http('progressSearch', {
  route: 'sources/{source}/progress/search',
  methods: ['POST'],
  authLevel: 'function',
  handler: (request) =>
    toAct(request, async (bridge) => {
      const asked = await parseBody(progressSearch, request.body);
      return asked.ok ? searchProgress(bridge, fromPath(request.params.source), asked.value) : asked.answer;
    }),
});
