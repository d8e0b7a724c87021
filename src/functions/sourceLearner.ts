import { app } from '@azure/functions';
import { sourceOperations } from '../lib/api/operations/sources';
import { serve } from '../lib/api/serve';
import { getLearner } from '../lib/api/sources/directory';

app.http(
  'sourceLearner',
  serve(sourceOperations.getLearner, (bridge, { parts }) => getLearner(bridge, parts.source, parts.id)),
);
