import { app } from '@azure/functions';
import { toAct } from '../lib/api/door';
import { postEndPause } from '../lib/api/pauses';

app.http('pauseEnd', {
  route: 'pauses/{system}/end',
  methods: ['POST'],
  authLevel: 'function',
  handler: (request) => toAct(request, (bridge) => postEndPause(bridge, request.params.system ?? '')),
});
