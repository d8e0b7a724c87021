import { app } from '@azure/functions';
import { sourceOperations } from '../lib/api/operations/sources';
import { serve } from '../lib/api/serve';
import { listCourses } from '../lib/api/sources/courses';

app.http(
  'sourceCourses',
  serve(sourceOperations.listCourses, (bridge, { parts, query }) => listCourses(bridge, parts.source, query)),
);
