import { app } from '@azure/functions';
import { sourceOperations } from '../lib/api/operations/sources';
import { serve } from '../lib/api/serve';
import { listLearners } from '../lib/api/sources/directory';

app.http(
  'sourceLearners',
  serve(sourceOperations.listLearners, (bridge, { parts, query }) =>
    listLearners(bridge, parts.source, query),
  ),
);
