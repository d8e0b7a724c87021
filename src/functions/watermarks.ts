import { app } from '@azure/functions';
import { atTheDoor } from '../lib/api/door';
import { getWatermarks } from '../lib/api/runs';

app.http('watermarks', {
  route: 'watermarks',
  methods: ['GET'],
  authLevel: 'function',
  handler: () => atTheDoor(getWatermarks),
});
