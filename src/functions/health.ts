import { app } from '@azure/functions';
import { getHealth } from '../lib/api/health';
import { appOperations } from '../lib/api/operations/app';
import { registration } from '../lib/api/operations/operation';

app.http('health', { ...registration(appOperations.getHealth), handler: getHealth });
