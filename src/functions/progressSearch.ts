import { app } from '@azure/functions';
import { sourceOperations } from '../lib/api/operations/sources';
import { serve } from '../lib/api/serve';
import { searchProgress } from '../lib/api/sources/progress';

app.http(
  'progressSearch',
  serve(sourceOperations.searchProgress, (bridge, { parts, body }) =>
    searchProgress(bridge, parts.source, body),
  ),
);
