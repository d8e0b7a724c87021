import { app } from '@azure/functions';
import { appOperations } from '../lib/api/operations/app';
import { serve } from '../lib/api/serve';
import { postWebhook } from '../lib/api/webhook';

app.http(
  'webhook',
  serve(appOperations.receiveWebhook, (bridge, { parts, query, call }) =>
    postWebhook(bridge, call.method, {
      source: parts.source,
      header: (name) => call.headers.get(name),
      event: query.event,
      body: call.body,
    }),
  ),
);
