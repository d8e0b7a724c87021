import { app } from '@azure/functions';
import { troubleOperations } from '../lib/api/operations/trouble';
import { postEndPause } from '../lib/api/pauses';
import { serve } from '../lib/api/serve';

app.http(
  'pauseEnd',
  serve(troubleOperations.endPause, (bridge, { parts }) => postEndPause(bridge, parts.system)),
);
