import { app } from '@azure/functions';
import { signInOperations } from '../lib/api/operations/sign-ins';
import { serve } from '../lib/api/serve';
import { postSignIn } from '../lib/api/sign-ins';

app.http(
  'signIns',
  serve(signInOperations.signIn, (bridge, { body }) => postSignIn(bridge, body)),
);
