import { app } from '@azure/functions';
import { appOperations } from '../lib/api/operations/app';
import { registration } from '../lib/api/operations/operation';
import { getRunPage } from '../lib/api/status/run/answer';

app.http('statusRun', { ...registration(appOperations.getRunPage), handler: getRunPage });
