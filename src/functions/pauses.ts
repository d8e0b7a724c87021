import { app } from '@azure/functions';
import { atTheDoor } from '../lib/api/door';
import { listPauses } from '../lib/api/pauses';

app.http('pauses', {
  route: 'pauses',
  methods: ['GET'],
  authLevel: 'function',
  handler: () => atTheDoor(listPauses),
});
