import { app } from '@azure/functions';
import { sourceOperations } from '../lib/api/operations/sources';
import { serve } from '../lib/api/serve';
import { getCourse } from '../lib/api/sources/courses';

app.http(
  'sourceCourse',
  serve(sourceOperations.getCourse, (bridge, { parts }) => getCourse(bridge, parts.source, parts.id)),
);
