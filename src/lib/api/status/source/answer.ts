import { type Answer, problem } from '../../answer';
import { answerPage, type Called, pagePart, wholePage } from '../page-answer';
import { partQuery } from '../query';
import { readSourcePage } from './model';
import { liveSource, sourcePage } from './page';

/** The page of a source, or what of it changes by itself. */
export const getSourcePage = (called: Called, id: string): Promise<Answer> =>
  answerPage(called, 'status/sources/{id}', partQuery, async (app, { part }, { nonce, ...ground }) => {
    const model = await readSourcePage(app, id, ground);
    if (!model)
      return problem({
        status: 404,
        title: 'No such source',
        detail: `LMS_SOURCES names no source ${id}`,
      });
    return part === 'now' ? pagePart(liveSource(model)) : wholePage(sourcePage(model, nonce), nonce);
  });
