import { app } from '@azure/functions';
import { runOperations } from '../lib/api/operations/runs';
import { getRun } from '../lib/api/runs';
import { serve } from '../lib/api/serve';

app.http(
  'run',
  serve(runOperations.getRun, (bridge, { parts, base }) => getRun(bridge, parts.runId, base)),
);
