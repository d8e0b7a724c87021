import { app } from '@azure/functions';
import { toAct } from '../lib/api/door';
import { eventsReplayRequest, postEventsReplay } from '../lib/api/events';
import { parseBody } from '../lib/api/body';

app.http('eventsReplay', {
  route: 'events/replay',
  methods: ['POST'],
  authLevel: 'function',
  handler: (request) =>
    toAct(request, async (bridge) => {
      const asked = await parseBody(eventsReplayRequest, request.body);
      return asked.ok ? postEventsReplay(bridge, asked.value) : asked.answer;
    }),
});
