import { app } from '@azure/functions';
import { atTheDoor } from '../lib/api/door';
import { parseQuery, watermarksQuery } from '../lib/api/requests';
import { getWatermarks } from '../lib/api/runs';

app.http('watermarks', {
  route: 'watermarks',
  methods: ['GET'],
  authLevel: 'function',
  handler: (request) =>
    atTheDoor(async (bridge) => {
      const query = parseQuery(watermarksQuery, request.query);
      return query.ok ? getWatermarks(bridge, query.value) : query.answer;
    }),
});
