import { app } from '@azure/functions';
import { runOperations } from '../lib/api/operations/runs';
import { postCancel } from '../lib/api/runs';
import { serve } from '../lib/api/serve';

app.http(
  'runCancel',
  serve(runOperations.cancelRun, (bridge, { parts, base }) => postCancel(bridge, parts.runId, base)),
);
