import { app } from '@azure/functions';
import { listBatches } from '../lib/api/enrolment-list';
import { enrolmentOperations } from '../lib/api/operations/enrolments';
import { serve } from '../lib/api/serve';

app.http(
  'enrolmentBatches',
  serve(enrolmentOperations.listEnrolments, (bridge, { query, base }) => listBatches(bridge, query, base)),
);
