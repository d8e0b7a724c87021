import { app } from '@azure/functions';
import { atTheDoor } from '../lib/api/door';
import { parseQuery } from '../lib/api/requests';
import { listCourses } from '../lib/api/sources/courses';
import { fromPath, pageQuery } from '../lib/api/sources/requests';

app.http('sourceCourses', {
  route: 'sources/{source}/courses',
  methods: ['GET'],
  authLevel: 'function',
  handler: (request) =>
    atTheDoor(async (bridge) => {
      const asked = parseQuery(pageQuery, request.query);
      return asked.ok ? listCourses(bridge, fromPath(request.params.source), asked.value) : asked.answer;
    }),
});
