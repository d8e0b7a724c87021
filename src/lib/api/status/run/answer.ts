import { type Answer, problem } from '../../answer';
import { answerPage, type Called, pagePart, wholePage } from '../page-answer';
import { partQuery } from '../query';
import { readRunPage } from './model';
import { liveRun, runPage } from './page';

/** The page of a run, or what of it changes by itself. */
export const getRunPage = (called: Called, runId: string): Promise<Answer> =>
  answerPage(called, 'status/runs/{runId}', partQuery, async (app, { part }, { up, nonce }) => {
    const model = await readRunPage(app, runId, up);
    if (!model)
      return problem({
        status: 404,
        title: 'No such run',
        detail: `There is no run ${runId}, or it is older than RETENTION_DAYS`,
      });
    return part === 'now' ? pagePart(liveRun(model)) : wholePage(runPage(model, nonce), nonce);
  });
