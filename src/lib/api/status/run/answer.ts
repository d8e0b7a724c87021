import { type Answer, problem } from '../../answer';
import { appOperations } from '../../operations/app';
import { answerPage, type Called, pagePart, wholePage } from '../page-answer';
import { readRunPage } from './model';
import { liveRun, runPage } from './page';

/** The page of a run, or what of it changes by itself. */
export const getRunPage = (called: Called): Promise<Answer> =>
  answerPage(called, appOperations.getRunPage, async (app, { parts, query }, { up, nonce }) => {
    const { runId } = parts;
    const model = await readRunPage(app, runId, up);
    if (!model)
      return problem({
        status: 404,
        title: 'No such run',
        detail: `There is no run ${runId}, or it is older than RETENTION_DAYS`,
      });
    return query.part === 'now' ? pagePart(liveRun(model)) : wholePage(runPage(model, nonce), nonce);
  });
