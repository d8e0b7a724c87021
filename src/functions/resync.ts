import { app } from '@azure/functions';
import { runOperations } from '../lib/api/operations/runs';
import { postResync } from '../lib/api/runs';
import { serve } from '../lib/api/serve';

app.http(
  'resync',
  serve(runOperations.resync, (bridge, { body, base }) => postResync(bridge, body, base)),
);
