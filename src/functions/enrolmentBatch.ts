import { app } from '@azure/functions';
import { atTheDoor } from '../lib/api/door';
import { batchQuery, getBatch } from '../lib/api/enrolment-batches';
import { parseQuery } from '../lib/api/requests';

app.http('enrolmentBatch', {
  route: 'enrolments/{batchId}',
  methods: ['GET'],
  authLevel: 'function',
  handler: (request) =>
    atTheDoor(async (bridge) => {
      const asked = parseQuery(batchQuery, request.query);
      return asked.ok ? getBatch(bridge, request.params.batchId ?? '', asked.value) : asked.answer;
    }),
});
