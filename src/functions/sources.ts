import { app } from '@azure/functions';
import { sourceOperations } from '../lib/api/operations/sources';
import { serve } from '../lib/api/serve';
import { listSources } from '../lib/api/sources/list';

app.http(
  'sources',
  serve(sourceOperations.listSources, (bridge) => Promise.resolve(listSources(bridge))),
);
