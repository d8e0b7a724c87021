import { app } from '@azure/functions';
import { asInvocation } from './lib/log';
import { stop } from './lib/stopping';

app.setup({ enableHttpStream: false });

// What is logged while a function runs goes through its invocation: only there does a line carry its id.
app.hook.preInvocation((context) => {
  const { functionHandler, invocationContext } = context;
  context.functionHandler = (...inputs) =>
    asInvocation(invocationContext, (): unknown => functionHandler(...inputs));
});

app.hook.appTerminate(() => stop());
