import { app } from '@azure/functions';
import { runOperations } from '../lib/api/operations/runs';
import { listRuns } from '../lib/api/runs';
import { serve } from '../lib/api/serve';

app.http(
  'runs',
  serve(runOperations.listRuns, (bridge, { query, base }) => listRuns(bridge, query, base)),
);
