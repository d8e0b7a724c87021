import { type Answer, problem } from '../../answer';
import { appOperations } from '../../operations/app';
import { answerPage, type Called, pagePart, wholePage } from '../page-answer';
import { readSourcePage } from './model';
import { liveSource, sourcePage } from './page';

/** The page of a source, or what of it changes by itself. */
export const getSourcePage = (called: Called): Promise<Answer> =>
  answerPage(called, appOperations.getSourcePage, async (app, { parts, query }, { nonce, ...ground }) => {
    const { id } = parts;
    const model = await readSourcePage(app, id, ground);
    if (!model)
      return problem({
        status: 404,
        title: 'No such source',
        detail: `LMS_SOURCES names no source ${id}`,
      });
    return query.part === 'now' ? pagePart(liveSource(model)) : wholePage(sourcePage(model, nonce), nonce);
  });
