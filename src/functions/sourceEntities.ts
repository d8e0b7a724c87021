import { app } from '@azure/functions';
import { sourceOperations } from '../lib/api/operations/sources';
import { serve } from '../lib/api/serve';
import { listEntities } from '../lib/api/sources/directory';

app.http(
  'sourceEntities',
  serve(sourceOperations.listEntities, (bridge, { parts, query }) =>
    listEntities(bridge, parts.source, query),
  ),
);
