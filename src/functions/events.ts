import { app } from '@azure/functions';
import { listEvents } from '../lib/api/events';
import { troubleOperations } from '../lib/api/operations/trouble';
import { serve } from '../lib/api/serve';

app.http(
  'events',
  serve(troubleOperations.listEvents, (bridge, { query }) => listEvents(bridge, query)),
);
