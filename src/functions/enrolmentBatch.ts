import { app } from '@azure/functions';
import { getBatch } from '../lib/api/enrolment-batches';
import { enrolmentOperations } from '../lib/api/operations/enrolments';
import { serve } from '../lib/api/serve';

app.http(
  'enrolmentBatch',
  serve(enrolmentOperations.getEnrolments, (bridge, { parts, query }) =>
    getBatch(bridge, parts.batchId, query),
  ),
);
