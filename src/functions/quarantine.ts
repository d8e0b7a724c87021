import { app } from '@azure/functions';
import { troubleOperations } from '../lib/api/operations/trouble';
import { listQuarantine } from '../lib/api/quarantine';
import { serve } from '../lib/api/serve';

app.http(
  'quarantine',
  serve(troubleOperations.listQuarantine, (bridge, { query }) => listQuarantine(bridge, query)),
);
