const { app } = require('@azure/functions');
const { record } = require('./recorder');

app.hook.appStart(() => record('appStart'));
app.hook.appTerminate(() => console.log('appTerminate ran'));
app.hook.preInvocation((context) => {
  const { functionName, invocationId } = context.invocationContext;
  context.hookData.seenBefore = invocationId;
  record('pre', { functionName, invocationId });
  if (functionName !== 'hooked') return;
  const original = context.functionHandler;
  context.functionHandler = async (...inputs) => `${await original(...inputs)} by pre`;
});
app.hook.postInvocation((context) => {
  const { functionName, invocationId } = context.invocationContext;
  record('post', {
    functionName,
    same: context.hookData.seenBefore === invocationId,
    failed: Boolean(context.error),
  });
  if (functionName === 'hooked') context.result = { body: `${context.result} and post` };
  if (functionName === 'forgiven') {
    context.error = null;
    context.result = { body: 'forgiven' };
  }
});
app.hook.log((context) => {
  context.message = context.message.replace('hunter2', '***');
});
