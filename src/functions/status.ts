import { app } from '@azure/functions';
import { appOperations } from '../lib/api/operations/app';
import { registration } from '../lib/api/operations/operation';
import { getStatus } from '../lib/api/status/answer';

app.http('status', { ...registration(appOperations.getStatus), handler: getStatus });
