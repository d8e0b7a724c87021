import { app } from '@azure/functions';
import { appOperations } from '../lib/api/operations/app';
import { registration } from '../lib/api/operations/operation';
import { getSourcePage } from '../lib/api/status/source/answer';

app.http('statusSource', { ...registration(appOperations.getSourcePage), handler: getSourcePage });
