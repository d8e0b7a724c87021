import { app } from '@azure/functions';
import { postEventsReplay } from '../lib/api/events';
import { troubleOperations } from '../lib/api/operations/trouble';
import { serve } from '../lib/api/serve';

app.http(
  'eventsReplay',
  serve(troubleOperations.replayEvents, (bridge, { body }) => postEventsReplay(bridge, body)),
);
