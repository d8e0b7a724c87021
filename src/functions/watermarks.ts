import { app } from '@azure/functions';
import { runOperations } from '../lib/api/operations/runs';
import { getWatermarks } from '../lib/api/runs';
import { serve } from '../lib/api/serve';

app.http(
  'watermarks',
  serve(runOperations.listWatermarks, (bridge, { query }) => getWatermarks(bridge, query)),
);
