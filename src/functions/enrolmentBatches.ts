import { app } from '@azure/functions';
import { apiAddress } from '../lib/api/api-address';
import { atTheDoor } from '../lib/api/door';
import { batchesQuery, listBatches } from '../lib/api/enrolment-list';
import { parseQuery } from '../lib/api/requests';

app.http('enrolmentBatches', {
  route: 'enrolments',
  methods: ['GET'],
  authLevel: 'function',
  handler: (request) =>
    atTheDoor(async (bridge) => {
      const asked = parseQuery(batchesQuery, request.query);
      return asked.ok
        ? listBatches(bridge, asked.value, apiAddress(request.url, 'enrolments'))
        : asked.answer;
    }),
});
