import { app } from '@azure/functions';
import { atTheDoor } from '../lib/api/door';
import { postWebhook } from '../lib/api/webhook';

app.http('webhook', {
  route: 'webhooks/{source}',
  // All of them, so that the wrong ones get an answer that says what is right.
  methods: ['POST', 'GET', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'],
  authLevel: 'function',
  handler: (request) =>
    atTheDoor((bridge) =>
      postWebhook(bridge, request.method, {
        source: request.params.source ?? '',
        header: (name) => request.headers.get(name),
        event: request.query.get('event'),
        body: request.body,
      }),
    ),
});
