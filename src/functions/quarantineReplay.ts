import { app } from '@azure/functions';
import { troubleOperations } from '../lib/api/operations/trouble';
import { replayQuarantine } from '../lib/api/quarantine';
import { serve } from '../lib/api/serve';

app.http(
  'quarantineReplay',
  serve(troubleOperations.replayQuarantine, (bridge, { body, base }) => replayQuarantine(bridge, body, base)),
);
