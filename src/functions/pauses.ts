import { app } from '@azure/functions';
import { troubleOperations } from '../lib/api/operations/trouble';
import { listPauses } from '../lib/api/pauses';
import { serve } from '../lib/api/serve';

app.http(
  'pauses',
  serve(troubleOperations.listPauses, (bridge) => listPauses(bridge)),
);
