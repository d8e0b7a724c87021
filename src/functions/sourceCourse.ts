import { app } from '@azure/functions';
import { atTheDoor } from '../lib/api/door';
import { getCourse } from '../lib/api/sources/courses';
import { fromPath } from '../lib/api/sources/requests';

app.http('sourceCourse', {
  route: 'sources/{source}/courses/{id}',
  methods: ['GET'],
  authLevel: 'function',
  handler: ({ params }) =>
    atTheDoor((bridge) => getCourse(bridge, fromPath(params.source), fromPath(params.id))),
});
