const { app } = require('@azure/functions');
const { record } = require('../recorder');

app.storageQueue('work', {
  queueName: '%FIXTURE_QUEUE%',
  connection: 'AzureWebJobsStorage',
  handler: (message, context) => {
    record('work', { message, metadata: context.triggerMetadata });
    if (message.fail) throw new Error('the message asked for it');
  },
});
app.storageQueue('workPoison', {
  queueName: '%FIXTURE_QUEUE%-poison',
  connection: 'AzureWebJobsStorage',
  handler: (message, context) =>
    record('poison', { message, dequeueCount: context.triggerMetadata.dequeueCount }),
});
