import { app } from '@azure/functions';
import { postEnrolments } from '../lib/api/enrolments';
import { enrolmentOperations } from '../lib/api/operations/enrolments';
import { serve } from '../lib/api/serve';

app.http(
  'enrolmentsRemove',
  serve(enrolmentOperations.removeEnrolment, (bridge, asked) => postEnrolments(bridge, 'remove', asked)),
);
